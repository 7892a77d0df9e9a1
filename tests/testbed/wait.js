'use strict';
// Returns when every instance and the collector answer, fails after 20 s.

const http = require('http');
const { host, instances, collectorPort } = require('./system');

function up(port) {
  return new Promise((resolve) => {
    http.get({ host, port, path: '/healthz', agent: false, timeout: 1000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => resolve(false)).on('timeout', function () { this.destroy(); });
  });
}

async function main() {
  const waiting = new Map([['collector', collectorPort]]);
  for (const [id, instance] of instances) waiting.set(id, instance.port);
  for (const end = Date.now() + 20000; waiting.size > 0 && Date.now() < end;) {
    for (const [id, port] of waiting) if (await up(port)) waiting.delete(id);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (waiting.size > 0) {
    console.error(`not answering: ${[...waiting.keys()].join(', ')}`);
    process.exit(1);
  }
}
main();
