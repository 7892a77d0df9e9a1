'use strict';
// Reads what a run of ./record left, compressed or not.

const fs = require('fs');
const path = require('path');
const zlib = require('zlib');

function find(directory, name) {
  for (const candidate of [name, `${name}.gz`]) {
    const full = path.join(directory, candidate);
    if (fs.existsSync(full)) return full;
  }
  throw new Error(`${directory} has no ${name} or ${name}.gz`);
}

function text(file) {
  const bytes = fs.readFileSync(file);
  return (file.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes).toString('utf8');
}

function plain(attributes) {
  const out = {};
  for (const { key, value } of attributes || []) out[key] = Object.values(value)[0];
  return out;
}

function spans(directory) {
  const out = [];
  for (const line of text(find(directory, 'shop.otlp.jsonl')).split('\n')) {
    if (!line) continue;
    for (const resourceSpan of JSON.parse(line).resourceSpans) {
      const resource = plain(resourceSpan.resource.attributes);
      for (const scope of resourceSpan.scopeSpans) {
        for (const span of scope.spans) {
          out.push({
            trace: span.traceId,
            id: span.spanId,
            parent: span.parentSpanId || '',
            kind: { 2: 'server', 3: 'client' }[span.kind] || String(span.kind),
            name: span.name,
            service: resource['service.name'],
            instance: resource['service.instance.id'],
            start: BigInt(span.startTimeUnixNano),
            end: BigInt(span.endTimeUnixNano),
            error: Boolean(span.status && span.status.code === 2),
            attributes: plain(span.attributes),
          });
        }
      }
    }
  }
  return out;
}

function latencies(directory) {
  return text(find(directory, 'latencies.csv')).trim().split('\n').slice(1).map((line) => {
    const [start, endpoint, status, latency] = line.split(',');
    return { start: BigInt(start), endpoint, status: Number(status), ms: Number(latency) / 1e6 };
  });
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

module.exports = { find, spans, latencies, quantile };
