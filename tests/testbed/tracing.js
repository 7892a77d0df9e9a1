'use strict';
// The OpenTelemetry SDK as a service would set it up. It has to run before
// anything else loads the http module.

// The stable names of the HTTP attributes (http.request.method and so on)
// rather than the older ones.
process.env.OTEL_SEMCONV_STABILITY_OPT_IN = 'http';

const { NodeTracerProvider, BatchSpanProcessor, AlwaysOnSampler } = require('@opentelemetry/sdk-trace-node');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { resourceFromAttributes, defaultResource } = require('@opentelemetry/resources');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { ClientRequest } = require('http');
const { host, system, collectorPort, template } = require('./system');

function start(instance) {
  const provider = new NodeTracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: defaultResource().merge(resourceFromAttributes({
      'service.name': instance.service.name,
      'service.version': instance.service.version,
      'service.instance.id': instance.id,
      'service.namespace': system.name,
      'deployment.environment.name': system.environment,
      'cloud.availability_zone': instance.zone,
    })),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url: `http://${host}:${collectorPort}/v1/traces` }),
        { scheduledDelayMillis: 1000, maxQueueSize: 16384, maxExportBatchSize: 512 }),
    ],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => request.url === '/healthz',
        // The server names its span after the route; the client knows the
        // route too, and without this its span would be called just "GET".
        requestHook: (span, request) => {
          if (request instanceof ClientRequest) {
            span.updateName(`${request.method} ${template(request.path)}`);
          }
        },
      }),
    ],
  });
  return provider;
}

module.exports = { start };
