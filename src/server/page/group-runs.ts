import type { CallRecord } from './call-record.js';
import { endOf, isFailed, stateOf } from './describe-call.js';

/** The calls of one workflow, in the order of arrival. */
export interface Run {
  readonly uid: string;
  readonly workflow: string;
  readonly namespace: string;
  readonly calls: readonly CallRecord[];
}

/** What is known of the workflows, the one that called last first. */
export function groupRuns(calls: readonly CallRecord[]): readonly Run[] {
  const byUid = new Map<string, CallRecord[]>();
  for (const call of calls) {
    const known = byUid.get(call.uid) ?? [];
    known.push(call);
    // Set anew, so that it stands last.
    byUid.delete(call.uid);
    byUid.set(call.uid, known);
  }
  return [...byUid].reverse().map(([uid, of]) => {
    const { workflow = '', namespace = '' } = of[0] ?? {};
    return { uid, workflow, namespace, calls: of };
  });
}

export interface RunCounts {
  readonly open: number;
  readonly queued: number;
  readonly failed: number;
  readonly cached: number;
  readonly beganMs: number;
  readonly endedMs: number;
}

export function countRun({ calls }: Run, hasQueue: boolean, nowMs: number): RunCounts {
  const count = (isCounted: (call: CallRecord) => boolean) => calls.filter(isCounted).length;
  return {
    open: count(({ end }) => end === undefined),
    queued: count((call) => stateOf(call, hasQueue) === 'queued'),
    failed: count(isFailed),
    cached: count(({ end }) => end?.cached === true),
    beganMs: Math.min(...calls.map(({ beganMs }) => beganMs)),
    endedMs: Math.max(...calls.map((call) => endOf(call, nowMs))),
  };
}

/** A workflow with calls in the queue. */
export interface QueuedRun {
  readonly run: Run;
  readonly calls: number;
  /** When the one that waits longest came, epoch milliseconds. */
  readonly oldestMs: number;
}

/** Who waits, the longest line first. */
export function queueByRun(runs: readonly Run[]): readonly QueuedRun[] {
  return runs
    .map((run) => ({ run, queued: run.calls.filter((call) => stateOf(call, true) === 'queued') }))
    .filter(({ queued }) => queued.length > 0)
    .map(({ run, queued }) => ({
      run,
      calls: queued.length,
      oldestMs: Math.min(...queued.map(({ beganMs }) => beganMs)),
    }))
    .sort((one, other) => other.calls - one.calls);
}
