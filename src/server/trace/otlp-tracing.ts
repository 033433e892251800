import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../../common/logger.js';
import { readVersion } from '../../common/version.js';
import { readTraceparent, traceContextOf, traceparentKey } from '../../contract/trace-context.js';
import type { BegunCall, CallObserver } from '../grpc/driver-service.js';
import type { SingleFlightResult } from '../ledger/claim-and-drive.js';
import type { Stage } from '../measures.js';
import { reportingExporter } from './reporting-exporter.js';

/** Makes spans of calls and sends them away. */
export interface Tracing {
  readonly followCall: (call: BegunCall) => CallObserver;
  /** Sends what is left, for so long at most. */
  readonly close: (timeoutMs: number) => Promise<void>;
}

/**
 * Exports spans by OTLP over HTTP (protobuf). Where to, and everything else, OpenTelemetry's own variables say, as
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ lists them. Only whoever sets an
 * endpoint loads this.
 */
export function startTracing(logger: Logger): Tracing {
  const named = resourceFromAttributes({
    'service.name': 'kfp-driver-server',
    'service.version': readVersion(),
  });
  const resource = defaultResource()
    .merge(named)
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = reportingExporter(new OTLPTraceExporter(), logger);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('kfp-driver-server', readVersion());
  return {
    followCall: (call) => followCall(tracer, call),
    close: async (timeoutMs) => {
      const timeout = new Promise<void>((resolve) => {
        setTimeout(resolve, timeoutMs).unref();
      });
      await Promise.race([provider.shutdown().catch(() => {}), timeout]);
    },
  };
}

/** The span of a call, a child of its sidecar's attempt, with a span for each stage below. */
function followCall(tracer: Tracer, { request, metadata, bytesIn, beganMs }: BegunCall): CallObserver {
  const { workflow, request_id: requestId = '', type } = request;
  const [given] = metadata.get(traceparentKey);
  const parent = readTraceparent(String(given ?? '')) ?? traceContextOf(workflow?.uid ?? '', requestId);
  const attributes: Attributes = {
    'rpc.system.name': 'grpc',
    'rpc.method': 'kfp.driver.v1.DriverService/Execute',
    'driver_plugin.request_id': shorten(requestId),
    'driver_plugin.workflow_uid': shorten(workflow?.uid ?? ''),
    'driver_plugin.driver_type': String(type),
    'driver_plugin.request_bytes': bytesIn,
  };
  const options = { kind: SpanKind.SERVER, startTime: epochMs(beganMs), attributes };
  const context = contextOf({ ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true });
  const span = tracer.startSpan('kfp.driver.v1.DriverService/Execute', options, context);
  const below = contextOf(span.spanContext());
  return {
    stage: (stage) => addStage(tracer, below, stage),
    ended: (result) => endCall(span, result),
  };
}

function contextOf(spanContext: Parameters<typeof trace.setSpanContext>[1]): Context {
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

function addStage(tracer: Tracer, below: Context, { name, beganMs, endedMs, failure, facts }: Stage): void {
  const attributes: Attributes = {
    ...(facts.exitCode !== undefined && { 'process.exit.code': Number(facts.exitCode) }),
    ...(facts.outputBytes !== undefined && { 'driver_plugin.output_bytes': Number(facts.outputBytes) }),
  };
  const span = tracer.startSpan(name, { startTime: epochMs(beganMs), attributes }, below);
  fail(span, failure);
  span.end(epochMs(endedMs));
}

function endCall(span: Span, { result, repeat }: SingleFlightResult): void {
  if (repeat !== undefined) {
    span.setAttribute('driver_plugin.repeat', repeat);
  }
  if (result.kind === 'answered') {
    span.setAttribute('rpc.response.status_code', 'OK');
    span.setAttribute('driver_plugin.response_bytes', result.response.length);
  } else {
    const { status, details } = result.error;
    fail(span, { status, reason: details.errorInfo?.reason });
  }
  span.end();
}

/** The status and its reason; never its message, which may quote what a driver printed. */
function fail(span: Span, failure: Stage['failure']): void {
  if (failure !== undefined) {
    span.setAttribute('rpc.response.status_code', failure.status);
    span.setAttribute('error.type', failure.reason ?? failure.status);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function epochMs(ms: number): number {
  return performance.timeOrigin + ms;
}

/** A caller chooses them. */
function shorten(id: string): string {
  return id.slice(0, 200);
}
