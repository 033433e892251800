import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { factsOfError, type Logger } from '../../common/logger.js';

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** ExportResultCode.SUCCESS of @opentelemetry/core. */
const success = 0;

/** An exporter that writes one line when spans cannot be sent any more, and one when they can again. */
export function reportingExporter(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isAway = false;
  const note = (result: ExportResult) => {
    if (result.code !== success && !isAway) {
      logger.warn('spans cannot be exported: they are lost until they can', factsOfError(result.error));
    } else if (result.code === success && isAway) {
      logger.info('spans can be exported again');
    }
    isAway = result.code !== success;
  };
  return {
    export: (spans: ReadableSpan[], done) =>
      exporter.export(spans, (result) => {
        note(result);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
