import type { Logger } from '../../common/logger.js';

/** Names of left-out values that are logged, once each: a request's author chooses them. */
const mostNamesLogged = 100;

/** Names in the log, once each, what this version of the driver is not given. */
export function createLeftOutReport(
  logger: Pick<Logger, 'warn'>,
  version: string,
): (names: readonly string[]) => void {
  const logged = new Set<string>();
  return (names) => {
    for (const name of names) {
      if (logged.size >= mostNamesLogged || logged.has(name)) {
        continue;
      }
      logged.add(name);
      logger.warn('an argument is not given to the driver', {
        argument: /^[\w.-]{1,64}$/.test(name) ? name : '(no name of a flag)',
        version,
      });
    }
  };
}
