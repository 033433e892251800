import { readCommand } from './program/command-line.js';
import { createLogger, factsOfError } from './program/logger.js';
import { checkSidecarSettings, sidecarSettings } from './sidecar/sidecar-settings.js';
import { startSidecar } from './sidecar/start-sidecar.js';

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
  try {
    const sidecar = await startSidecar(command.settings, logger);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void sidecar.stop().then(() => logger.info('stopped', { signal })));
    }
  } catch (error) {
    logger.error('cannot start', factsOfError(error));
    process.exitCode = 1;
  }
}
