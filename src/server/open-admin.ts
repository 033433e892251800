import { adminRoutes } from '../admin/admin-routes.js';
import { type AdminServer, startAdminServer } from '../admin/admin-server.js';
import type { Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import type { MemoryLedger } from './ledger/memory-ledger.js';
import type { MeasuredServer } from './metrics/measure-server.js';
import type { PreparedServer } from './prepare-server.js';
import type { ServerSettings } from './server-settings.js';
import type { DriverServer } from './start-driver-server.js';

export interface AdminParts {
  readonly settings: ServerSettings;
  readonly prepared: PreparedServer;
  readonly server: DriverServer;
  readonly ledger: MemoryLedger;
  readonly logger: Logger;
}

/** The admin port of a server that listens. */
export function openAdmin({ registry, readFrom }: MeasuredServer, parts: AdminParts): Promise<AdminServer> {
  const { settings, prepared, server, ledger, logger } = parts;
  const { engine, program } = prepared;
  const version = readVersion();
  const driverVersion = program?.version ?? 'none';
  registry.describe('build', { version, driver_version: driverVersion });
  readFrom({
    state: server.state,
    load: engine.load?.bind(engine),
    ledger: ledger.size,
    ledgerLimits: { entries: settings.maxLedgerEntries, bytes: settings.maxLedgerBytes },
  });
  const routes = adminRoutes({
    metrics: registry,
    // As health does for the server as a whole: an outage of ML Metadata is no reason to take it out of its name.
    unready: () => (server.state().draining ? 'the server is draining' : undefined),
    versions: { driverVersion, engine: engine.name },
  });
  return startAdminServer({ host: settings.adminHost, port: settings.adminPort ?? 0, routes, logger });
}
