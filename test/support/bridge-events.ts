import fc from 'fast-check';
import { outcomes } from '../../src/bridge/status-to-outcome.js';
import type { CallEnd } from './fake-driver.js';

export const taskNames = ['a', 'b', 'c'] as const;
export type TaskName = (typeof taskNames)[number];

/** What may happen to the sidecar, in any order. `which` counts from the oldest; one that is not there is nothing. */
export type BridgeEvent =
  | { readonly kind: 'POST'; readonly task: TaskName; readonly delivered: boolean }
  | { readonly kind: 'the agent hangs up'; readonly which: number }
  | { readonly kind: 'a call ends'; readonly which: number; readonly how: CallEnd }
  | { readonly kind: 'time passes'; readonly ms: number };

/** Settings that bound what the sidecar does at once. */
export interface BridgeLimits {
  readonly workers: number;
  readonly calls: number;
  readonly outputBytes: number;
  readonly attemptTimeoutMs: number;
}

const statuses = Object.keys(outcomes) as (keyof typeof outcomes)[];

const callEnds: fc.Arbitrary<CallEnd> = fc.oneof(
  fc.constant<CallEnd>({ kind: 'answered' }),
  fc.record({
    kind: fc.constant('lost' as const),
    status: fc.constantFrom('UNAVAILABLE', 'DEADLINE_EXCEEDED'),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    status: fc.constantFrom(...statuses),
    reach: fc.constantFrom('not sent', 'unknown', 'answered'),
    mayDriveTwice: fc.boolean(),
    pushback: fc.oneof(fc.constantFrom(undefined, 'stop' as const), fc.nat(20_000)),
  }),
);

const events: fc.Arbitrary<BridgeEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('POST' as const),
      task: fc.constantFrom(...taskNames),
      delivered: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('a call ends' as const), which: fc.nat(3), how: callEnds }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time passes' as const), ms: fc.nat(40_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('the agent hangs up' as const), which: fc.nat(3) }),
  },
);

export const manyEvents = fc.array(events, { maxLength: 60, size: 'max' });

export const bridgeLimits: fc.Arbitrary<BridgeLimits> = fc.record({
  workers: fc.constantFrom(2, 16),
  calls: fc.constantFrom(1, 256),
  outputBytes: fc.constantFrom(300, 600, 100_000),
  attemptTimeoutMs: fc.constantFrom(5_000, 600_000),
});
