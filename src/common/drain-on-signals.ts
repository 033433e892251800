import { factsOfError, type Logger } from './logger.js';

/**
 * Drains on SIGTERM and SIGINT, then ends this process with 0. A second signal ends the grace: a program that runs
 * would outlive a server that just dies.
 */
export function drainOnSignals(
  drain: (graceMs: number) => Promise<void>,
  graceMs: number,
  logger: Logger,
): void {
  let isEnding = false;
  const end = (signal: NodeJS.Signals) => {
    logger.info('ending', { signal, graceMs: isEnding ? 0 : graceMs });
    const drained = drain(isEnding ? 0 : graceMs);
    isEnding = true;
    drained
      .then(() => exitAfterLog(0))
      .catch((thrown: unknown) => {
        logger.error('cannot end well', factsOfError(thrown));
        exitAfterLog(1);
      });
  };
  process.on('SIGTERM', end).on('SIGINT', end);
}

/** process.exit() alone loses what a full pipe has not taken yet. */
export function exitAfterLog(exitCode: number): void {
  process.stdout.write('', () => process.exit(exitCode));
}
