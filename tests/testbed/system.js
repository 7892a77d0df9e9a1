'use strict';
// What every process of the testbed needs to know: the description of the
// system, the ports, the templates of the endpoints and the seeded numbers.

const fs = require('fs');
const path = require('path');

const host = '127.0.0.1';
const system = JSON.parse(fs.readFileSync(path.join(__dirname, 'system.json'), 'utf8'));
const basePort = Number(process.env.TESTBED_BASE_PORT || 18080);
const seed = Number(process.env.TESTBED_SEED || 1);

const serviceOfPort = new Map();
const instances = new Map();
for (const [name, service] of Object.entries(system.services)) {
  service.name = name;
  for (const instance of service.instances) {
    instance.port += basePort;
    instance.service = service;
    instances.set(instance.id, instance);
    serviceOfPort.set(instance.port, service);
  }
}
const collectorPort = basePort + system.collector.port;

// "/items/17?x=1" -> "/items/:id": the endpoints of this shop have a number
// wherever their template has :id, and nowhere else.
function template(url) {
  const end = url.indexOf('?');
  const bare = end < 0 ? url : url.slice(0, end);
  return bare.replace(/\/\d+/g, '/:id');
}

// FNV-1a over the seed and a label, so that each stream has numbers of its own,
// then mulberry32.
function stream(label) {
  let h = 2166136261;
  for (const c of `${seed}/${label}`) {
    h ^= c.charCodeAt(0);
    h = Math.imul(h, 16777619);
  }
  let a = h >>> 0;
  return function uniform() {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function draw(law, uniform) {
  if (law.law === 'constant') return law.mean;
  if (law.law === 'exponential') return -law.mean * Math.log(1 - uniform());
  if (law.law === 'lognormal') {
    const variance = Math.log(1 + law.cv * law.cv);
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return law.mean * Math.exp(Math.sqrt(variance) * normal - variance / 2);
  }
  throw new Error(`no such law: ${law.law}`);
}

module.exports = { host, system, instances, serviceOfPort, collectorPort, seed, template, stream, draw };
