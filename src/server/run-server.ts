import { cannotStart } from '../common/cannot-start.js';
import { drainOnSignals } from '../common/drain-on-signals.js';
import { exitCodes } from '../common/exit-codes.js';
import { createLogger, factsOfError, type Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import type { AskedProgram } from './ask-program.js';
import { createLedger, type OpenLedger } from './create-ledger.js';
import { followAll } from './follow-calls.js';
import type { Lease } from './lease/lease.js';
import type { MeasuredServer } from './metrics/measure-server.js';
import { openAdmin } from './open-admin.js';
import type { Page } from './page/create-page.js';
import { prepareLease } from './prepare-lease.js';
import { type PreparedServer, prepareServer } from './prepare-server.js';
import { createResolver } from './references/create-resolver.js';
import { workflowParametersOf } from './references/workflow-parameters-of.js';
import type { ServerSettings } from './server-settings.js';
import { startDriverServer } from './start-driver-server.js';
import type { Tracing } from './trace/otlp-tracing.js';

/** How long the last spans may take to leave. */
const flushSpansMs = 2_000;

/** Serves until SIGTERM or SIGINT; resolves with the exit code. `asked` is there for the engine of that program. */
export async function runServer(
  name: string,
  settings: ServerSettings,
  asked: AskedProgram | undefined,
): Promise<number> {
  const logger = createLogger(settings.logLevel, settings.logFormat);
  const measured = await measure(settings);
  const prepared = await prepareServer(settings, process.env, {
    logger,
    asked,
    measures: measured?.measures,
  });
  if ('faults' in prepared) {
    process.stderr.write(cannotStart(name, prepared.faults));
    return exitCodes.badConfiguration;
  }
  const { engine, program, namespace } = prepared;
  const opened = createLedger(settings, { program, namespace, logger, measures: measured?.measures });
  try {
    const tracing = await openTracing(settings, logger);
    const lease = await prepareLease(settings, prepared, logger);
    if (lease !== undefined && opened.place === 'memory') {
      logger.warn('LEDGER=memory is lost where the lease changes hands: a repeat is driven again then');
    }
    const page = await openPage(settings);
    const server = await start({ settings, prepared, logger, opened, lease, measured, tracing, page });
    const admin =
      measured && (await openAdmin(measured, { settings, prepared, server, opened, lease, page, logger }));
    // Before anybody can know that it listens: a signal would end it at once.
    const drain = (graceMs: number) => server.drain(graceMs).then(() => tracing?.close(flushSpansMs));
    const ended = drainOnSignals(drain, settings.shutdownGraceMs, logger);
    logger.info('listening', {
      address: server.address,
      adminAddress: admin?.address,
      version: readVersion(),
      engine: engine.name,
      driverVersion: program?.version,
      ledger: opened.place,
      namespace,
      lease: lease?.view().name,
    });
    server.begin();
    lease?.start();
    return await ended;
  } catch (thrown) {
    process.stderr.write(cannotStart(name, [thrown]));
    logger.error('cannot start', factsOfError(thrown));
    return exitCodes.failed;
  } finally {
    opened.close();
  }
}

/** OpenTelemetry takes its time to load: only for an endpoint. */
async function openTracing({ otlpEndpoint }: ServerSettings, logger: Logger): Promise<Tracing | undefined> {
  return otlpEndpoint === undefined
    ? undefined
    : (await import('./trace/otlp-tracing.js')).startTracing(logger);
}

/** What it remembers takes memory: only for whoever asks for it. */
async function openPage({ adminPage, adminTokenFile }: ServerSettings): Promise<Page | undefined> {
  return adminPage
    ? (await import('./page/create-page.js')).createPage({ tokenFile: adminTokenFile })
    : undefined;
}

/** Prometheus' client takes its time to load: only for an admin port. */
async function measure({ adminPort }: ServerSettings): Promise<MeasuredServer | undefined> {
  return adminPort === undefined ? undefined : (await import('./metrics/measure-server.js')).measureServer();
}

interface StartParts {
  readonly settings: ServerSettings;
  readonly prepared: PreparedServer;
  readonly logger: Logger;
  readonly opened: OpenLedger;
  readonly lease: Lease | undefined;
  readonly measured: MeasuredServer | undefined;
  readonly tracing: Tracing | undefined;
  readonly page: Page | undefined;
}

function start({ settings, prepared, logger, opened, lease, measured, tracing, page }: StartParts) {
  const followCall = followAll([tracing?.followCall, page?.followCall]);
  const { engine, credentials, namespace, authenticate } = prepared;
  return startDriverServer({
    engine,
    credentials,
    namespace,
    logger,
    ledger: opened.ledger,
    host: settings.serverHost,
    port: settings.serverPort,
    resolveReferences: createResolver(workflowParametersOf(settings, measured?.measures.kubernetesRead), {
      checksEveryRun: opened.place === 'mlmd',
    }),
    maxMessageBytes: settings.maxMessageBytes,
    maxConnectionAgeMs: settings.maxConnectionAgeMs,
    repeatGraceMs: settings.repeatGraceMs,
    ...(authenticate !== undefined && { authenticate }),
    ...(measured !== undefined && { measures: measured.measures }),
    ...(followCall !== undefined && { followCall }),
    ...(lease !== undefined && { right: lease }),
  });
}
