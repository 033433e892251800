import { StatusError } from '../contract/status-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { CallResult, DriverCall } from '../driver/unary-call.js';
import { LoadOnce } from './load-once.js';

/** A client of the driver server whose parts are loaded later: calls wait for them. */
export interface LateDriver extends DriverClient {
  /** Loads them, once. Rejects with what keeps the client from being made; calls then end with the same. */
  load(): Promise<void>;
}

/** gRPC takes a third of the start, and nothing needs it before the first task. */
export function createLateDriver(connect: () => Promise<DriverClient>): LateDriver {
  const driver = new LoadOnce(connect);
  return {
    load: async () => {
      await driver.load();
    },
    execute: (request, timeoutMs) =>
      driver.part === undefined
        ? callLater(driver.load(), (connected) => connected.execute(request, timeoutMs))
        : driver.part.execute(request, timeoutMs),
    close: () => {
      driver.loading?.then(
        (connected) => connected.close(),
        () => {},
      );
    },
  };
}

function callLater(
  connecting: Promise<DriverClient>,
  begin: (driver: DriverClient) => DriverCall,
): DriverCall {
  let call: DriverCall | undefined;
  let isCancelled = false;
  const ended = connecting.then((driver): Promise<CallResult> => {
    call = begin(driver);
    if (isCancelled) {
      call.cancel();
    }
    return call.ended;
  }, notConnected);
  const cancel = () => {
    isCancelled = true;
    call?.cancel();
  };
  return { ended, isSent: () => call?.isSent() ?? false, cancel };
}

function notConnected(thrown: unknown): CallResult {
  const error = StatusError.from(thrown);
  const what = 'the call cannot be made';
  const failure = { error, reach: 'not sent', what, tooLarge: undefined, isInvited: false } as const;
  return { kind: 'failed', failure: { ...failure, pushback: undefined } };
}
