#!/usr/bin/env node
import { cannotStart } from '../common/cannot-start.js';
import { printExit, readCommand } from '../common/command-line.js';
import { drainOnSignals } from '../common/drain-on-signals.js';
import { exitCodes } from '../common/exit-codes.js';
import { createLogger, factsOfError, type Logger } from '../common/logger.js';
import { runToEnd } from '../common/run-to-end.js';
import { readVersion } from '../common/version.js';
import { createMemoryLedger } from './ledger/memory-ledger.js';
import { type PreparedServer, prepareServer } from './prepare-server.js';
import { createResolver } from './references/create-resolver.js';
import { workflowParametersOf } from './references/workflow-parameters-of.js';
import { checkServerSettings, type ServerSettings, serverSettings } from './server-settings.js';
import { startDriverServer } from './start-driver-server.js';

const name = 'kfp-driver-server';
const purpose = "serves Kubeflow Pipelines' own driver over gRPC, for the driver-plugin sidecar";
const example =
  'ENGINE=memory NAMESPACE=kubeflow ALLOW_UNAUTHENTICATED=true SERVER_HOST=127.0.0.1 kfp-driver-server';
const command = readCommand(
  { name, purpose, example, settings: serverSettings, check: checkServerSettings },
  process.argv.slice(2),
  process.env,
);

runToEnd(async () => (command.kind === 'run' ? await run(command.settings) : printExit(command)));

async function run(settings: ServerSettings): Promise<number> {
  const logger = createLogger(settings.logLevel);
  const prepared = await prepareServer(settings, process.env, logger);
  if ('faults' in prepared) {
    process.stderr.write(cannotStart(name, prepared.faults));
    return exitCodes.badConfiguration;
  }
  try {
    const server = await start(settings, prepared, logger);
    const { engine, program, namespace } = prepared;
    // Before anybody can know that it listens: a signal would end it at once.
    const ended = drainOnSignals(server.drain, settings.shutdownGraceMs, logger);
    logger.info('listening', {
      address: server.address,
      version: readVersion(),
      engine: engine.name,
      driverVersion: program?.version,
      namespace,
    });
    return await ended;
  } catch (thrown) {
    process.stderr.write(cannotStart(name, [thrown]));
    logger.error('cannot start', factsOfError(thrown));
    return exitCodes.failed;
  }
}

function start(settings: ServerSettings, prepared: PreparedServer, logger: Logger) {
  const { engine, credentials, namespace, authenticate } = prepared;
  return startDriverServer({
    engine,
    credentials,
    namespace,
    logger,
    ledger: createMemoryLedger(logger, {
      keepSuccessMs: settings.keepSuccessMs,
      keepFailureMs: settings.keepFailureMs,
      maxEntries: settings.maxLedgerEntries,
      maxBytes: settings.maxLedgerBytes,
    }),
    host: settings.serverHost,
    port: settings.serverPort,
    resolveReferences: createResolver(workflowParametersOf(settings)),
    maxMessageBytes: settings.maxMessageBytes,
    maxConnectionAgeMs: settings.maxConnectionAgeMs,
    repeatGraceMs: settings.repeatGraceMs,
    ...(authenticate !== undefined && { authenticate }),
  });
}
