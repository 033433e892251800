#!/usr/bin/env node
import { cannotStart } from '../common/cannot-start.js';
import { exitBadConfiguration, readCommand } from '../common/command-line.js';
import { drainOnSignals, exitAfterLog } from '../common/drain-on-signals.js';
import { createLogger, factsOfError, type Logger } from '../common/logger.js';
import { readVersion } from '../common/version.js';
import { createMemoryLedger } from './ledger/memory-ledger.js';
import { type PreparedServer, prepareServer } from './prepare-server.js';
import { createResolver } from './references/create-resolver.js';
import { workflowParametersOf } from './references/workflow-parameters-of.js';
import { checkServerSettings, type ServerSettings, serverSettings } from './server-settings.js';
import { startDriverServer } from './start-driver-server.js';

const name = 'kfp-driver-server';
const purpose = "serves Kubeflow Pipelines' own driver over gRPC, for the driver-plugin sidecar";
const command = readCommand(
  { name, purpose, settings: serverSettings, check: checkServerSettings },
  process.argv.slice(2),
  process.env,
);

if (command.kind === 'run') {
  await run(command.settings);
} else {
  process.stderr.write(command.stderr);
  process.exitCode = command.exitCode;
  process.stdout.write(command.stdout);
}

async function run(settings: ServerSettings): Promise<void> {
  const logger = createLogger(settings.logLevel);
  const prepared = await prepareServer(settings, process.env, logger);
  if ('faults' in prepared) {
    process.stderr.write(cannotStart(name, prepared.faults));
    exitAfterLog(exitBadConfiguration);
    return;
  }
  try {
    const server = await start(settings, prepared, logger);
    const { engine, program, namespace } = prepared;
    logger.info('listening', {
      address: server.address,
      version: readVersion(),
      engine: engine.name,
      driverVersion: program?.version,
      namespace,
    });
    drainOnSignals(server.drain, settings.shutdownGraceMs, logger);
  } catch (thrown) {
    process.stderr.write(cannotStart(name, [thrown]));
    logger.error('cannot start', factsOfError(thrown));
    exitAfterLog(1);
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
