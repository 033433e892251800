import { createMetricRegistry, type MetricRegistry } from '../admin/metric-registry.js';
import { readVersion } from '../common/version.js';
import type { WebhookMeasures } from './measures.js';
import { webhookMetrics } from './webhook-metrics.js';

export interface WebhookSources {
  readonly draining: () => boolean;
  /** When the certificate that is shown begins and ends, milliseconds since 1970. */
  readonly certificateBeginMs: () => number;
  readonly certificateEndMs: () => number;
}

export interface MeasuredWebhook {
  readonly registry: MetricRegistry<typeof webhookMetrics>;
  readonly measures: WebhookMeasures;
  readonly readFrom: (sources: WebhookSources) => void;
}

/** Measures a webhook with Prometheus' client. */
export function measureWebhook(): MeasuredWebhook {
  const registry = createMetricRegistry(webhookMetrics);
  registry.describe('build', { version: readVersion() });
  const measures: WebhookMeasures = {
    answered: (verdict, ms) => {
      const { kind: outcome } = verdict;
      registry.add('requests', { outcome, reason: outcome === 'converted' ? 'none' : verdict.reason });
      registry.observe('requestSeconds', ms, { outcome });
      if (outcome === 'converted') {
        registry.add('templates', {}, verdict.templates.length);
      }
    },
    connectionBroke: (kind) => registry.add('connectionErrors', { kind }),
  };
  return {
    registry,
    measures,
    readFrom: ({ draining, certificateBeginMs, certificateEndMs }) =>
      registry.read({
        draining: () => Number(draining()),
        certificateBegin: () => certificateBeginMs() / 1000,
        certificateEnd: () => certificateEndMs() / 1000,
      }),
  };
}
