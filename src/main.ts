import { readCommand } from './common/command-line.js';
import { createLogger, factsOfError, type Logger } from './common/logger.js';
import { StatusError } from './contract/status-error.js';
import { checkSidecarSettings, sidecarSettings } from './sidecar/sidecar-settings.js';
import { type Sidecar, startSidecar } from './sidecar/start-sidecar.js';

const command = readCommand(
  {
    name: 'driver-plugin',
    purpose: 'Argo Workflows executor plugin that runs Kubeflow Pipelines drivers over gRPC',
    settings: sidecarSettings,
    check: checkSidecarSettings,
  },
  process.argv.slice(2),
  process.env,
);

if (command.kind === 'exit') {
  process.stderr.write(command.stderr);
  process.exitCode = command.exitCode;
  process.stdout.write(command.stdout);
} else {
  const logger = createLogger(command.settings.logLevel);
  // A promise that nobody waited for must not end the calls that others wait for.
  process.on('unhandledRejection', (error) => logger.error('a promise failed unseen', factsOfError(error)));
  const started = startSidecar(command.settings, logger);
  // Before anything listens, so that no signal finds the process without a handler.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void stop(started, signal, logger));
  }
  started.catch((error: unknown) => {
    logger.error('cannot start', { reason: StatusError.from(error).message, ...factsOfError(error) });
    process.exitCode = 1;
  });
}

async function stop(started: Promise<Sidecar>, signal: string, logger: Logger): Promise<void> {
  // A start that failed has said so already.
  const sidecar = await started.catch(() => undefined);
  await sidecar?.stop();
  logger.info('stopped', { signal });
}
