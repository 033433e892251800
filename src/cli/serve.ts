import { printExit, readCommand } from '../common/command-line.js';
import { exitCodes } from '../common/exit-codes.js';
import { createLogger, factsOfError, type Logger } from '../common/logger.js';
import { StatusError } from '../contract/status-error.js';
import { checkSidecarSettings, sidecarSettings } from '../sidecar/sidecar-settings.js';
import { type Sidecar, startSidecar } from '../sidecar/start-sidecar.js';
import { describeCommand } from './command-names.js';

const program = {
  ...describeCommand('serve'),
  example: 'DRIVER_HOST=localhost TOKEN_PATH=token driver-plugin serve',
  settings: sidecarSettings,
  check: checkSidecarSettings,
};

/** The sidecar, until SIGTERM or SIGINT. */
export async function run(args: readonly string[]): Promise<number> {
  const command = readCommand(program, args, process.env);
  if (command.kind === 'exit') {
    return printExit(command);
  }
  const logger = createLogger(command.settings.logLevel, command.settings.logFormat);
  // A promise that nobody waited for must not end the calls that others wait for.
  process.on('unhandledRejection', (error) => logger.error('a promise failed unseen', factsOfError(error)));
  const started = startSidecar(command.settings, logger);
  // Before anything listens, so that no signal finds the process without a handler.
  const stopped = stopOnSignal(started, logger);
  try {
    await started;
  } catch (error) {
    logger.error('cannot start', { reason: StatusError.from(error).message, ...factsOfError(error) });
    return exitCodes.failed;
  }
  await stopped;
  return exitCodes.ok;
}

function stopOnSignal(started: Promise<Sidecar>, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, async () => {
        // A start that failed has said so already.
        const sidecar = await started.catch(() => undefined);
        await sidecar?.stop();
        logger.info('stopped', { signal });
        resolve();
      });
    }
  });
}
