import type { Log, Logger } from '../../../src/common/logger.js';
import { canary } from '../mutate/hostile-values.js';

const longestLine = 8_192;
const mostFaults = 20;

/** A logger that keeps only what must not be: errors, stacks, arguments, endless lines. `take` empties it. */
export function createWatchedLog(): { readonly logger: Logger; readonly take: () => readonly string[] } {
  let faults: string[] = [];
  const note = (fault: string) => {
    if (faults.length < mostFaults) {
      faults.push(fault);
    }
  };
  const look: Log = (message, ...facts) => {
    const line = JSON.stringify(Object.assign({ message }, ...facts));
    if (line.length > longestLine) {
      note(`a log line of ${line.length} characters: ${line.slice(0, 200)}`);
    }
    if (line.includes(canary)) {
      note(`the log shows an argument: ${line.slice(0, 400)}`);
    }
  };
  const error: Log = (message, ...facts) => {
    look(message, ...facts);
    note(`the log has an error: ${message} ${JSON.stringify(Object.assign({}, ...facts))}`);
  };
  return {
    logger: { error, warn: look, info: look, debug: look },
    take: () => {
      const taken = faults;
      faults = [];
      return taken;
    },
  };
}
