import { adminRoutes } from '../admin/admin-routes.js';
import { type AdminServer, startAdminServerIfFree } from '../admin/admin-server.js';
import type { Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import type { OpenLedger } from './create-ledger.js';
import type { Lease } from './lease/lease.js';
import type { LeaseReading, MeasuredServer } from './metrics/measure-server.js';
import type { Page } from './page/create-page.js';
import type { ServerView } from './page/server-view.js';
import type { PreparedServer } from './prepare-server.js';
import type { ServerSettings } from './server-settings.js';
import type { DriverServer } from './start-driver-server.js';

export interface AdminParts {
  readonly settings: ServerSettings;
  readonly prepared: PreparedServer;
  readonly server: DriverServer;
  readonly opened: OpenLedger;
  readonly lease: Lease | undefined;
  readonly page: Page | undefined;
  readonly logger: Logger;
}

/** The admin port of a server that listens. */
export function openAdmin(
  { registry, readFrom }: MeasuredServer,
  parts: AdminParts,
): Promise<AdminServer | undefined> {
  const { settings, prepared, server, opened, lease, page, logger } = parts;
  const { engine, program } = prepared;
  const version = readVersion();
  const driverVersion = program?.version ?? 'none';
  registry.describe('build', { version, driver_version: driverVersion });
  readFrom({
    state: server.state,
    load: engine.load?.bind(engine),
    lease: lease && (() => readLease(lease)),
    ledger: opened.size,
    ledgerLimits: { entries: settings.maxLedgerEntries, bytes: settings.maxLedgerBytes },
  });
  const routes = {
    ...adminRoutes({
      metrics: registry,
      unready: () => whyUnready(parts),
      versions: { driverVersion, engine: engine.name },
    }),
    ...page?.routes(() => viewOf(parts)),
  };
  return startAdminServerIfFree({ host: settings.adminHost, port: settings.adminPort ?? 0, routes, logger });
}

/** As health does for the server as a whole: an outage of ML Metadata is no reason to take it out of its name. */
function whyUnready({ server, lease }: AdminParts): string | undefined {
  return server.state().draining ? 'the server is draining' : lease?.fault();
}

function viewOf(parts: AdminParts): ServerView {
  const { prepared, server, opened, lease } = parts;
  const { engine, program, namespace } = prepared;
  return {
    version: readVersion(),
    engine: engine.name,
    driverVersion: program?.version,
    namespace,
    unready: whyUnready(parts),
    state: server.state(),
    load: engine.load?.(),
    outage: engine.outage?.(),
    lease: lease?.view(),
    ledger: { place: opened.place, ...opened.size() },
  };
}

function readLease(lease: Lease): LeaseReading {
  const { state, transitions, lost } = lease.view();
  return { isHeld: state === 'holding', transitions, losses: lost, isFaulty: lease.fault() !== undefined };
}
