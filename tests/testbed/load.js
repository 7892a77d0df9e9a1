'use strict';
// Open-loop load with Poisson arrivals:
//   node load.js RATE SECONDS STREAM [LATENCIES.csv]
// Requests are sent when they are due, whatever became of those before, on as
// many connections as it takes. A latency is counted from the moment the
// request was due, so a stall of the generator or the system is not hidden.

const fs = require('fs');
const http = require('http');
const { performance } = require('perf_hooks');
const { host, system, stream } = require('./system');

const rate = Number(process.argv[2]);
const seconds = Number(process.argv[3]);
const uniform = stream(`load/${process.argv[4]}`);
const file = process.argv[5];
const port = system.services[system.load.service].instances[0].port;
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

function choose() {
  let u = uniform();
  let last;
  for (const [endpoint, share] of Object.entries(system.load.mix)) {
    last = endpoint;
    u -= share;
    if (u < 0) break;
  }
  return last;
}

const arrivals = [];
for (let t = 0; ;) {
  t += -Math.log(1 - uniform()) / rate * 1000;
  if (t >= seconds * 1000) break;
  arrivals.push({ due: t, endpoint: choose(), id: 1 + Math.floor(uniform() * 500) });
}

const origin = performance.now() + 50;
// Epoch in whole milliseconds as a BigInt, the rest in nanoseconds: a double
// has no room for both.
const epochOffset = performance.timeOrigin + origin;
const epochNs = BigInt(Math.floor(epochOffset)) * 1000000n + BigInt(Math.round((epochOffset % 1) * 1e6));
const rows = [];
let pending = arrivals.length;
let latest = 0;

function send(arrival) {
  latest = Math.max(latest, performance.now() - origin - arrival.due);
  const [method, route] = arrival.endpoint.split(' ');
  const body = method === 'POST' ? JSON.stringify({ cart: arrival.id }) : '';
  const done = (status) => {
    const latency = performance.now() - origin - arrival.due;
    rows.push([epochNs + BigInt(Math.round(arrival.due * 1e6)), arrival.endpoint, status, Math.round(latency * 1e6)]);
    if (--pending === 0) finish();
  };
  const request = http.request({
    host, port, agent, method,
    path: route.replace(':id', arrival.id),
    headers: body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {},
  }, (response) => {
    response.resume();
    response.on('end', () => done(response.statusCode));
    response.on('error', () => done(0));
  });
  request.on('error', () => done(0));
  request.end(body);
}

let next = 0;
function tick() {
  const now = performance.now() - origin;
  while (next < arrivals.length && arrivals[next].due <= now) send(arrivals[next++]);
  // setTimeout cuts to whole milliseconds: sleep to just before, then look
  // again at each turn of the event loop.
  if (next === arrivals.length) return;
  const left = arrivals[next].due - (performance.now() - origin);
  if (left > 2) setTimeout(tick, left - 1);
  else setImmediate(tick);
}

function finish() {
  agent.destroy();
  rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  if (file) {
    fs.writeFileSync(file, 'start_ns,endpoint,status,latency_ns\n' + rows.map((row) => row.join(',') + '\n').join(''));
  }
  const broken = rows.filter((row) => row[2] === 0).length;
  console.log(`${rows.length} requests in ${seconds} s, ${broken} without an answer, sent at most ${latest.toFixed(1)} ms late`);
  process.exit(broken === 0 && rows.length > 0 ? 0 : 1);
}

if (pending === 0) finish();
else tick();
