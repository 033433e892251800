import type { Clock } from '../../src/common/clock.js';
import type { ExecuteRequest } from '../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { retryKey, retryUnsafe, type Status, StatusError } from '../../src/contract/status-error.js';
import type { Reach } from '../../src/driver/call-error.js';
import type { DriverClient } from '../../src/driver/driver-client.js';
import type { CallResult, DriverCall } from '../../src/driver/unary-call.js';

/** How a call may end. */
export type CallEnd =
  /** The driver runs, and its answer arrives. */
  | { readonly kind: 'answered' }
  /** The driver runs, and its answer is lost on the way. */
  | { readonly kind: 'lost'; readonly status: 'UNAVAILABLE' | 'DEADLINE_EXCEEDED' }
  /** The driver does not run. */
  | {
      readonly kind: 'failed';
      readonly status: Exclude<Status, 'OK'>;
      readonly reach: Reach;
      /** Whether an ErrorInfo forbids to send again. */
      readonly mayDriveTwice: boolean;
      readonly pushback: number | 'stop' | undefined;
    };

export interface FakeCall {
  readonly requestId: string;
  readonly task: string;
  end(how: CallEnd): void;
}

/** A driver server that drives each request_id once, as a function; calls that nobody ends run into their deadline. */
export interface FakeDriver extends DriverClient {
  /** Calls in flight, in the order of their coming. */
  readonly inFlight: readonly FakeCall[];
  /** Every call there was. */
  readonly calls: readonly FakeCall[];
  /** The request_ids that were called while a call of theirs was in flight. */
  readonly overlaps: readonly string[];
  /** The request_ids under which each task was driven. */
  drivenUnder(task: string): ReadonlySet<string>;
}

const verdicts: readonly Status[] = [
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'OUT_OF_RANGE',
];

export function createFakeDriver(clock: Clock): FakeDriver {
  const calls: FakeCall[] = [];
  const inFlight: FakeCall[] = [];
  const overlaps: string[] = [];
  const driven = new Map<string, Set<string>>();
  const drivenUnder = (task: string) => driven.get(task) ?? new Set<string>();
  const resultOf = ({ task, requestId }: FakeCall, how: CallEnd): CallResult => {
    const wasDriven = drivenUnder(task).has(requestId);
    // A server that keeps its promise has no verdict of its own beside the success that it keeps.
    const replays = how.kind === 'failed' && wasDriven && verdicts.includes(how.status);
    if (how.kind !== 'failed') {
      driven.set(task, drivenUnder(task).add(requestId));
    }
    if (how.kind === 'answered' || replays) {
      return answered;
    }
    return failed(how);
  };
  const start = (request: ExecuteRequest, timeoutMs: number) =>
    new Promise<CallResult>((resolve) => {
      const requestId = request.request_id ?? '';
      if (inFlight.some((other) => other.requestId === requestId)) {
        overlaps.push(requestId);
      }
      const call: FakeCall = {
        requestId,
        task: request.task_name ?? '',
        end: (how) => {
          if (!inFlight.includes(call)) {
            return;
          }
          inFlight.splice(inFlight.indexOf(call), 1);
          takeBack();
          resolve(resultOf(call, how));
        },
      };
      const takeBack = clock.after(timeoutMs, () => call.end(outOfTime));
      calls.push(call);
      inFlight.push(call);
    });
  const execute = (request: ExecuteRequest, timeoutMs: number): DriverCall => ({
    ended: start(request, timeoutMs),
    isSent: () => true,
    cancel: () => {},
  });
  return { inFlight, calls, overlaps, drivenUnder, execute, close: () => {} };
}

const answered: CallResult = {
  kind: 'answered',
  response: { execution_id: '7', cached: false, pod_spec_patch: '{}', extra_outputs: {} },
};
const outOfTime: CallEnd = { kind: 'lost', status: 'DEADLINE_EXCEEDED' };

function failed(how: Exclude<CallEnd, { readonly kind: 'answered' }>): CallResult {
  const { reach, mayDriveTwice, pushback } =
    how.kind === 'failed' ? how : { reach: 'unknown' as const, mayDriveTwice: false, pushback: undefined };
  const errorInfo = { reason: 'WHY', domain: 'test', metadata: { [retryKey]: retryUnsafe } };
  const error = new StatusError(how.status, 'said the test', {
    details: mayDriveTwice ? { errorInfo } : {},
  });
  const failure = { error, reach, what: undefined, tooLarge: undefined, isInvited: false, pushback };
  return { kind: 'failed', failure };
}
