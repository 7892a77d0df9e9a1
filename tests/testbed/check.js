'use strict';
// Does a recording show what system.json says?  node check.js DIR [--truth]
// Exits 1 at the first thing that does not hold. With --truth it also prints
// how long workers were held, worked out from arrivals, departures and the
// number of workers, beside the mean of the law.

const { system, template } = require('./system');
const { spans, latencies } = require('./recording');

const directory = process.argv[2];
const all = spans(directory);
const rows = latencies(directory);
const byId = new Map(all.map((span) => [`${span.trace}/${span.id}`, span]));
const parentOf = (span) => byId.get(`${span.trace}/${span.parent}`);
const ms = (a, b) => Number(b - a) / 1e6;

function hold(condition, words) {
  if (condition) return;
  console.error(`check: ${words}`);
  process.exit(1);
}

hold(byId.size === all.length, 'two spans have the same id');
const roots = all.filter((span) => span.parent === '');
hold(roots.length === rows.length, `${roots.length} roots but ${rows.length} requests by the load generator`);
hold(roots.every((span) => span.kind === 'server' && span.service === system.load.service), 'a root is not a server span of the service under load');

const served = new Set();
for (const span of all) {
  hold(span.kind === 'server' || span.kind === 'client', `span ${span.id} has kind ${span.kind}`);
  hold(span.end >= span.start, `span ${span.id} ends before it starts`);
  if (span.kind === 'server') {
    hold(system.services[span.service].endpoints[span.name], `${span.service} has a server span called ${span.name}`);
  }
  if (span.parent === '') continue;
  const parent = parentOf(span);
  hold(parent, `span ${span.id} (${span.service} ${span.name}) has a parent that is not in the recording`);
  if (span.kind === 'server') {
    hold(parent.kind === 'client' && parent.service !== span.service && parent.name === span.name, `server span ${span.id} has no fitting client span as parent`);
    served.add(`${parent.trace}/${parent.id}`);
  } else {
    hold(parent.kind === 'server' && parent.instance === span.instance, `client span ${span.id} does not belong to a server span of its instance`);
    hold(!template(String(span.attributes['url.full'] || '')).includes('/v1/traces'), 'the exporter traced itself');
  }
}
hold(all.every((span) => span.kind === 'server' || served.has(`${span.trace}/${span.id}`)), 'a client span has no server span');

const declared = Object.values(system.services).flatMap((service) => service.instances.map((instance) => instance.id));
const seen = new Set(all.map((span) => span.instance));
hold(declared.every((id) => seen.has(id)) && seen.size === declared.length, `instances seen: ${[...seen].join(' ')}`);
for (const service of Object.values(system.services).filter((s) => s.instances.length > 1)) {
  const counts = service.instances.map((i) => all.filter((span) => span.instance === i.id).length);
  hold(Math.max(...counts) - Math.min(...counts) <= 1, `round robin over ${service.name} is uneven: ${counts}`);
}

// What is sent and not awaited outlives the answer; what is called in parallel
// overlaps; what is called in sequence does not, but for the millisecond: the
// SDK cuts the start of a span to whole milliseconds (Date.now) and adds to it
// a finely measured duration.
const children = new Map();
for (const span of all) {
  if (span.kind !== 'client') continue;
  const key = `${span.trace}/${span.parent}`;
  if (!children.has(key)) children.set(key, []);
  children.get(key).push(span);
}
let outlived = 0, sent = 0, overlaps = 0, pairs = 0, disordered = 0, chains = 0;
for (const root of roots) {
  const calls = new Map((children.get(`${root.trace}/${root.id}`) || []).map((c) => [c.name, c]));
  const mail = calls.get('POST /messages');
  if (mail) {
    sent++;
    if (mail.end > root.end) outlived++;
  }
  const price = calls.get('GET /prices') || calls.get('GET /prices/:id') || calls.get('POST /quotes');
  const stock = calls.get('GET /stock') || calls.get('GET /stock/:id') || calls.get('POST /reservations');
  if (price && stock) {
    pairs++;
    if (price.start < stock.end && stock.start < price.end) overlaps++;
    for (const earlier of ['GET /items', 'GET /items/:id', 'GET /carts/:id']) {
      if (!calls.has(earlier)) continue;
      chains++;
      if (ms(price.start, calls.get(earlier).end) > 1) disordered++;
    }
  }
}
hold(sent > 0 && outlived / sent > 0.9, `${outlived} of ${sent} mails outlive the checkout`);
hold(pairs > 0 && overlaps / pairs > 0.99, `${overlaps} of ${pairs} parallel calls overlap`);
hold(chains > 0 && disordered === 0, `${disordered} of ${chains} sequential calls overlap`);

const failed = all.filter((span) => span.kind === 'server' && span.name === 'POST /charges' && span.error).length;
const charges = all.filter((span) => span.kind === 'server' && span.name === 'POST /charges').length;
const looked = all.filter((span) => span.kind === 'client' && span.service === 'frontend' && span.name === 'GET /items/:id').length;
const products = roots.filter((span) => span.name === 'GET /product/:id').length;
console.log(`${all.length} spans, ${roots.length} roots, ${seen.size} instances; ${failed} of ${charges} charges failed, ${looked} of ${products} product pages asked the catalog, ${outlived} of ${sent} mails outlive the checkout`);

if (process.argv.includes('--truth')) {
  for (const service of Object.values(system.services)) {
    if (service.hold !== 'request') continue;
    const held = new Map();
    let busy = 0, waits = 0, count = 0, first, last;
    for (const instance of service.instances) {
      const mine = all.filter((span) => span.kind === 'server' && span.instance === instance.id)
        .sort((a, b) => (a.start < b.start ? -1 : 1));
      // First in, first out: the next request starts when it is there and the
      // worker that frees first is free.
      const free = new Array(service.workers).fill(0n);
      for (const span of mine) {
        free.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const begun = free[0] > span.start ? free[0] : span.start;
        free[0] = span.end;
        waits += ms(span.start, begun);
        busy += ms(begun, span.end);
        count++;
        if (!held.has(span.name)) held.set(span.name, []);
        held.get(span.name).push(ms(begun, span.end));
      }
      first = mine[0].start;
      last = mine[mine.length - 1].end;
    }
    const places = service.workers * service.instances.length;
    console.log(`${service.name}: ${service.instances.length} x ${service.workers} workers, ${(100 * busy / ms(first, last) / places).toFixed(0)} % busy, mean wait ${(waits / count).toFixed(2)} ms`);
    for (const [name, times] of held) {
      const mean = times.reduce((a, b) => a + b, 0) / times.length;
      const deviation = Math.sqrt(times.reduce((a, b) => a + (b - mean) ** 2, 0) / times.length);
      const law = service.endpoints[name].filter((step) => step.work).reduce((a, step) => a + step.work.mean, 0);
      const calls = service.endpoints[name].some((step) => step.call || step.parallel) ? ' (and calls)' : '';
      console.log(`  ${name}: ${times.length} times, held ${mean.toFixed(2)} ms, cv ${(deviation / mean).toFixed(2)}; work in system.json ${law} ms${calls}`);
    }
  }
}
