import { adminRoutes } from '../admin/admin-routes.js';
import { type AdminServer, startAdminServerIfFree } from '../admin/admin-server.js';
import { createEndWarning } from '../common/certificate-end.js';
import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import type { MeasuredWebhook, WebhookSources } from './measure-webhook.js';
import type { WebhookSettings } from './webhook-settings.js';

/** Prometheus' client takes its time to load: only for an admin port. */
export async function measure({ adminPort }: WebhookSettings): Promise<MeasuredWebhook | undefined> {
  return adminPort === undefined ? undefined : (await import('./measure-webhook.js')).measureWebhook();
}

/** The admin port of a webhook that listens. */
export function openAdmin(
  { registry, readFrom }: MeasuredWebhook,
  sources: WebhookSources,
  { adminHost, adminPort = 0 }: WebhookSettings,
  logger: Logger,
): Promise<AdminServer | undefined> {
  readFrom(sources);
  const unready = () => {
    const why = sources.certificateEndMs() > Date.now() ? undefined : 'the certificate has ended';
    return sources.draining() ? 'the webhook is draining' : why;
  };
  const routes = adminRoutes({ metrics: registry, unready });
  return startAdminServerIfFree({ host: adminHost, port: adminPort, routes, logger });
}

/** Looks at the certificate that is shown, now and then; returns what ends that. */
export function warnOfEnd(shown: () => string, logger: Logger, clock: Clock): () => void {
  const warn = createEndWarning(logger);
  let cancel = () => {};
  const look = () => {
    warn(shown());
    cancel = clock.after(lookAtEndEveryMs, look);
  };
  look();
  return () => cancel();
}

const lookAtEndEveryMs = 60_000;
