'use strict';
// One instance of one service: node service.js INSTANCE-ID
// What it does is read from system.json.

const tracing = require('./tracing');
const { host, system, instances, template, stream, draw } = require('./system');

const self = instances.get(process.argv[2]);
if (!self) {
  console.error(`service.js: no instance called ${process.argv[2]} in system.json`);
  process.exit(2);
}
const provider = tracing.start(self);

const http = require('http');
const { context } = require('@opentelemetry/api');
const { getRPCMetadata } = require('@opentelemetry/core');

const chance = stream(`${self.id}/chance`);
const numbers = stream(`${self.id}/work`);
const dither = stream(`${self.id}/dither`);

class Pool {
  constructor(size) {
    this.free = size;
    this.line = [];
  }
  take() {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.line.push(resolve));
  }
  give() {
    const next = this.line.shift();
    if (next) next();
    else this.free++;
  }
}
const pool = new Pool(self.service.workers);

// Timers have whole milliseconds. Rounding up or down by chance keeps the mean
// of the law; the 0.2 ms is what a timer was seen to be late on average.
function pause(ms) {
  const whole = Math.floor(ms - 0.2 + dither());
  return new Promise((resolve) => setTimeout(resolve, Math.max(1, whole)));
}

async function work(law) {
  if (self.service.hold === 'work') await pool.take();
  await pause(draw(law, numbers));
  if (self.service.hold === 'work') pool.give();
}

const agent = new http.Agent({ keepAlive: true });
const turns = new Map();

// Each caller goes round the instances of a service on its own.
function choose(service) {
  const turn = turns.get(service.name) || 0;
  turns.set(service.name, turn + 1);
  return service.instances[turn % service.instances.length];
}

function call(target, id) {
  const [name, method, route] = target.split(' ');
  const instance = choose(system.services[name]);
  const body = method === 'POST' ? JSON.stringify({ id, from: self.service.name }) : '';
  return new Promise((resolve, reject) => {
    const request = http.request({
      host, port: instance.port, agent, method,
      path: route.replace(':id', id),
      headers: body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {},
    }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode < 500) resolve();
        else reject(Object.assign(new Error(`${target} answered ${response.statusCode}`), { status: 502 }));
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function run(step, id) {
  if (step.probability !== undefined && chance() >= step.probability) return;
  if (step.work) {
    await work(step.work);
  } else if (step.call) {
    await call(step.call, id);
  } else if (step.parallel) {
    const results = await Promise.allSettled(step.parallel.map((branch) => run(branch, id)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  } else if (step.send) {
    call(step.send, id).catch((error) => console.error(`${self.id}: ${error.message}`));
  } else if (step.fail) {
    throw Object.assign(new Error('own failure'), { status: step.fail });
  } else {
    throw new Error(`no such step: ${JSON.stringify(step)}`);
  }
}

function answer(response, status, body) {
  return new Promise((resolve) => {
    response.on('close', resolve);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}

async function handle(request, response) {
  if (request.url === '/healthz') return answer(response, 200, { up: self.id });
  const route = template(request.url);
  const steps = self.service.endpoints[`${request.method} ${route}`];
  request.resume();
  if (!steps) return answer(response, 404, { error: 'no such endpoint' });
  // As a web framework does: the HTTP instrumentation turns this into
  // http.route and the name of the server span.
  const rpc = getRPCMetadata(context.active());
  if (rpc) rpc.route = route;
  const id = (request.url.match(/\/(\d+)/) || [0, String(1 + Math.floor(chance() * 500))])[1];

  const holds = self.service.hold === 'request';
  if (holds) await pool.take();
  try {
    for (const step of steps) await run(step, id);
    await answer(response, 200, { service: self.service.name, id });
  } catch (error) {
    if (!error.status) console.error(`${self.id}: ${error.message}`);
    await answer(response, error.status || 502, { error: error.message });
  } finally {
    if (holds) pool.give();
  }
}

const server = http.createServer(handle);
// Longer than any idle time here, so that no caller meets a connection that is
// being closed under it.
server.keepAliveTimeout = 120000;
server.on('error', (error) => {
  console.error(`${self.id}: ${error.message}`);
  process.exit(1);
});
server.listen(self.port, host);

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  server.close();
  agent.destroy();
  server.closeIdleConnections();
  let status = 0;
  try {
    await provider.shutdown();
  } catch (error) {
    console.error(`${self.id}: spans not flushed: ${error.message}`);
    status = 1;
  }
  process.exit(status);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
