import { exitCodes } from './exit-codes.js';
import { factsOfError, type Logger } from './logger.js';

/**
 * Drains on SIGTERM and SIGINT; resolves with the exit code once that is done. A second signal ends the grace: a
 * program that runs would outlive a server that just dies.
 */
export function drainOnSignals(
  drain: (graceMs: number) => Promise<void>,
  graceMs: number,
  logger: Logger,
): Promise<number> {
  return new Promise((resolve) => {
    let isEnding = false;
    const end = (signal: NodeJS.Signals) => {
      logger.info('ending', { signal, graceMs: isEnding ? 0 : graceMs });
      const drained = drain(isEnding ? 0 : graceMs);
      isEnding = true;
      drained
        .then(() => resolve(exitCodes.ok))
        .catch((thrown: unknown) => {
          logger.error('cannot end well', factsOfError(thrown));
          resolve(exitCodes.failed);
        });
    };
    process.on('SIGTERM', end).on('SIGINT', end);
  });
}
