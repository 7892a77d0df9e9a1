'use strict';
// Receives OTLP over HTTP in its JSON encoding and appends each request as one
// line, as the file exporter of the OpenTelemetry Collector does:
//   node collector.js FILE
// Nothing is written until it gets SIGUSR2, so that the warm-up stays out of
// the recording.

const fs = require('fs');
const http = require('http');
const { host, collectorPort } = require('./system');

const file = fs.openSync(process.argv[2], 'w');
let recording = false;

const server = http.createServer((request, response) => {
  if (request.url === '/healthz') return response.end('{}');
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    let status = 200;
    try {
      if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error(`unexpected ${request.method} ${request.url}`);
      const message = JSON.parse(Buffer.concat(parts).toString('utf8'));
      if (recording) fs.writeSync(file, JSON.stringify({ resourceSpans: message.resourceSpans }) + '\n');
    } catch (error) {
      console.error(`collector: ${error.message}`);
      status = 400;
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{}');
  });
});
server.keepAliveTimeout = 120000;
server.on('error', (error) => {
  console.error(`collector: ${error.message}`);
  process.exit(1);
});
server.listen(collectorPort, host);
process.on('SIGUSR2', () => { recording = true; });
process.on('SIGTERM', () => {
  fs.closeSync(file);
  process.exit(0);
});
