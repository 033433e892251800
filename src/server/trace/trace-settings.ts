import { anyText, optional, type Setting, setting } from '../../common/settings.js';

/** Settings of traces. */
export const traceSettings = {
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    "where traces go, by OTLP over HTTP; OpenTelemetry's other OTEL_ variables hold as well",
    optional(anyText('a URL like http://collector:4318')),
    '',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
