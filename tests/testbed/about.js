'use strict';
// Writes about.json beside a recording: node about.js DIR, with what only
// ./record knows given in the environment.

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { find, spans, latencies, quantile } = require('./recording');
const manifest = require('./package.json');

const directory = process.argv[2];
const env = process.env;
const round = (x, digits) => Number(x.toFixed(digits));
const load = (words) => words.split(' ').slice(0, 3).map(Number);

const rows = latencies(directory);
const all = spans(directory);
const endpoints = {};
for (const name of [...new Set(rows.map((row) => row.endpoint))].sort()) {
  const mine = rows.filter((row) => row.endpoint === name);
  const sorted = mine.map((row) => row.ms).sort((a, b) => a - b);
  endpoints[name] = {
    requests: mine.length,
    errors: mine.filter((row) => row.status >= 500).length,
    p50_ms: round(quantile(sorted, 0.5), 2),
    p90_ms: round(quantile(sorted, 0.9), 2),
    p99_ms: round(quantile(sorted, 0.99), 2),
  };
}

const ticks = (line) => line.trim().split(/\s+/).slice(1, 9).map(Number);
const before = ticks(env.TESTBED_STAT_BEFORE);
const after = ticks(env.TESTBED_STAT_AFTER);
const spent = after.map((value, i) => value - before[i]);
const total = spent.reduce((a, b) => a + b, 0);

const files = {};
for (const name of ['shop.otlp.jsonl', 'latencies.csv']) {
  const file = find(directory, name);
  const bytes = fs.readFileSync(file);
  files[path.basename(file)] = { bytes: bytes.length, sha256: crypto.createHash('sha256').update(bytes).digest('hex') };
}

const about = {
  date: env.TESTBED_DATE,
  rate_asked_per_second: Number(env.TESTBED_RATE),
  rate_measured_per_second: round(rows.length / Number(env.TESTBED_SECONDS), 3),
  seconds: Number(env.TESTBED_SECONDS),
  warm_up_seconds_not_recorded: Number(env.TESTBED_WARM_UP),
  seed: Number(env.TESTBED_SEED),
  roots: all.filter((span) => span.parent === '').length,
  spans: all.length,
  server_spans: all.filter((span) => span.kind === 'server').length,
  instances: new Set(all.map((span) => span.instance)).size,
  endpoints,
  loadavg_before: load(env.TESTBED_LOAD_BEFORE),
  loadavg_after: load(env.TESTBED_LOAD_AFTER),
  cpus: Number(env.TESTBED_CPUS),
  machine_cpu_busy: total > 0 ? round(1 - (spent[3] + spent[4]) / total, 3) : null,
  node: process.version,
  packages: manifest.dependencies,
  files,
};
fs.writeFileSync(path.join(directory, 'about.json'), JSON.stringify(about, null, 2) + '\n');
