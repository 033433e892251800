import type { IncomingMessage, ServerResponse } from 'node:http';
import { adminRoutes } from '../admin/admin-routes.js';
import { type AdminServer, startAdminServer } from '../admin/admin-server.js';
import { createMetricRegistry } from '../admin/metric-registry.js';
import { errorText } from '../common/error-text.js';
import type { Logger } from '../common/logger.js';
import { taskSetLimitBytes } from '../common/task-set-size.js';
import { readVersion } from '../common/version.js';
import { StatusError } from '../contract/status-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { Bridge, BridgeEvents } from './create-bridge.js';
import { outcomeOfResponse } from './post-outcome.js';
import { type PostOutcome, sidecarMetrics } from './sidecar-metrics.js';
import type { SidecarSettings } from './sidecar-settings.js';

export interface SidecarSources {
  readonly bridge: Bridge;
  /** Undefined before the first call. */
  readonly driverUp: () => boolean | undefined;
  readonly draining: () => boolean;
}

/** What is there only where the sidecar has an admin port: without one nothing of it is loaded or called. */
export interface MeasuredSidecar {
  /** For each request of the port that Argo's agent calls. */
  readonly countPost: (request: IncomingMessage, response: ServerResponse) => void;
  readonly noteOutcome: (response: ServerResponse, outcome: PostOutcome) => void;
  readonly events: BridgeEvents;
  readonly measureDriver: (driver: DriverClient) => DriverClient;
  readonly openAdmin: (sources: SidecarSources, logger: Logger) => Promise<AdminServer>;
}

/** Measures a sidecar with Prometheus' client. */
export function measureSidecar({ adminHost, adminPort = 0 }: SidecarSettings): MeasuredSidecar {
  const registry = createMetricRegistry(sidecarMetrics);
  registry.describe('build', { version: readVersion() });
  const noted = new WeakMap<ServerResponse, PostOutcome>();
  return {
    noteOutcome: (response, outcome) => noted.set(response, outcome),
    countPost: ({ method }, response) => {
      const beganMs = performance.now();
      if (method !== 'POST') {
        return;
      }
      response.once('close', () => {
        registry.add('posts', { outcome: outcomeOfResponse(response, noted.get(response)) });
        registry.observe('postSeconds', performance.now() - beganMs, {});
      });
    },
    events: {
      resent: () => registry.add('resends', {}),
      evicted: (tasks) => registry.add('evictions', {}, tasks),
    },
    measureDriver: (driver) => ({
      execute: (...asked) => {
        const beganMs = performance.now();
        const call = driver.execute(...asked);
        void call.ended.then((result) => {
          registry.add('calls', { status: result.kind === 'answered' ? 'OK' : result.failure.error.status });
          registry.observe('callSeconds', performance.now() - beganMs, {});
        });
        return call;
      },
      close: () => driver.close(),
    }),
    openAdmin: ({ bridge, driverUp, draining }, logger) => {
      const { ledger, state } = bridge;
      registry.read({
        draining: () => Number(draining()),
        heldPosts: () => state().heldPosts,
        taskSetBytes: () => state().taskSetBytes,
        taskSetLimit: () => taskSetLimitBytes,
        callsInFlight: () => state().callsInFlight,
        retryBudget: () => state().retryBudget,
        driverUp: () => {
          const isUp = driverUp();
          return isUp === undefined ? undefined : Number(isUp);
        },
        attempts: () => ledger.size.started,
        ledgerEntries: () => ledger.size.entries,
        ledgerBytes: () => ledger.size.bytes,
      });
      const unready = () => (draining() ? 'the sidecar is draining' : undefined);
      const routes = adminRoutes({ metrics: registry, unready });
      const options = { host: adminHost, port: adminPort, routes, logger };
      return startAdminServer(options).catch((cause: unknown) => {
        throw new StatusError('UNAVAILABLE', errorText(cause), { cause });
      });
    },
  };
}
