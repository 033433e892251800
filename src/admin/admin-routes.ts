import { readVersion } from '../common/version.js';
import { type AdminRoute, text } from './admin-server.js';
import type { MetricRegistry } from './metric-registry.js';

export interface AdminSources {
  readonly metrics: Pick<MetricRegistry<never>, 'scrape' | 'contentType'>;
  /** Undefined while the program takes new work; else one sentence why it does not. */
  readonly unready: () => string | undefined;
  /** What /version tells beside this build's version. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** What every program's admin port serves. */
export function adminRoutes({
  metrics,
  unready,
  versions,
}: AdminSources): Readonly<Record<string, AdminRoute>> {
  const version = JSON.stringify({ version: readVersion(), ...versions, node: process.versions.node });
  return {
    '/healthz': () => text(200, 'ok'),
    '/readyz': () => {
      const why = unready();
      return why === undefined ? text(200, 'ok') : text(503, why);
    },
    '/metrics': async () => ({
      httpStatus: 200,
      contentType: metrics.contentType,
      text: await metrics.scrape(),
    }),
    '/version': () => ({ httpStatus: 200, contentType: 'application/json', text: `${version}\n` }),
  };
}
