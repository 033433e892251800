import { setTimeout as sleep } from 'node:timers/promises';
import { StatusError } from '../../contract/status-error.js';
import type { Engine } from '../engine.js';

/** Lets every drive of an engine take its time first. A drive that is aborted while it waits never happened. */
export function slowDown(engine: Engine, nextDelayMs: () => number): Engine {
  return {
    ...engine,
    drive: async (request, context) => {
      const delayMs = nextDelayMs();
      if (delayMs > 0) {
        await wait(delayMs, context.signal);
      }
      return engine.drive(request, context);
    },
  };
}

async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal });
  } catch {
    throw new StatusError('UNAVAILABLE', 'the server ends, nothing was driven', {
      details: { retryDelayMs: 1_000 },
    });
  }
}
