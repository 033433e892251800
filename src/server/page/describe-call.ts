import type { StageName } from '../measures.js';
import type { CallRecord } from './call-record.js';

/** What a call does now, or how it ended. */
export type CallState = 'waiting' | 'queued' | 'driving' | 'ended';

/** A part of a call's time, with the class of its colour. Epoch milliseconds. */
export interface Segment {
  readonly className: 'bar-queue' | 'bar-program' | 'bar-ledger';
  readonly beganMs: number;
  readonly endedMs: number;
}

const classOfStage: Readonly<Record<StageName, Segment['className']>> = {
  references: 'bar-ledger',
  'ledger claim': 'bar-ledger',
  queue: 'bar-queue',
  program: 'bar-program',
  'ledger finish': 'bar-ledger',
};

/**
 * Where a call is. `hasQueue`: whether the engine lets calls wait for their turn; then one that has its claim and has not
 * left the queue stands in it.
 */
export function stateOf({ end, stages }: CallRecord, hasQueue: boolean): CallState {
  if (end !== undefined) {
    return 'ended';
  }
  const last = stages.at(-1)?.name;
  if (last === undefined || last === 'references') {
    return 'waiting';
  }
  return last === 'ledger claim' && hasQueue ? 'queued' : 'driving';
}

/** The stages of a call, and the one that it is in now. */
export function segmentsOf(call: CallRecord, hasQueue: boolean, nowMs: number): readonly Segment[] {
  const done = call.stages
    // Whoever did not wait has a queue of no length.
    .filter(({ beganMs, endedMs }) => endedMs > beganMs)
    .map(({ name, beganMs, endedMs }) => ({ className: classOfStage[name], beganMs, endedMs }));
  const state = stateOf(call, hasQueue);
  if (state !== 'queued' && state !== 'driving') {
    return done;
  }
  const className = state === 'queued' ? 'bar-queue' : 'bar-program';
  return [...done, { className, beganMs: call.stages.at(-1)?.endedMs ?? call.beganMs, endedMs: nowMs }];
}

export function endOf({ end }: CallRecord, nowMs: number): number {
  return end?.endedMs ?? nowMs;
}

export function isFailed({ end }: CallRecord): boolean {
  return end !== undefined && end.status !== 'OK';
}

const doing: Readonly<Record<CallState, string>> = {
  waiting: 'waits for another call of its task, or for the ledger',
  queued: 'in the queue',
  driving: 'being driven',
  ended: '',
};

/** How a call ended, or what it does now, in words. */
export function outcomeOf(call: CallRecord, hasQueue: boolean): string {
  const { end } = call;
  if (end === undefined) {
    return doing[stateOf(call, hasQueue)];
  }
  return [end.status, end.reason, end.repeat].filter((word) => word !== undefined && word !== '').join(', ');
}

/** Milliseconds of all stages of a name; undefined where there was none. */
export function stageMs({ stages }: CallRecord, name: StageName): number | undefined {
  const found = stages.filter((stage) => stage.name === name);
  return found.length === 0
    ? undefined
    : found.reduce((sum, { beganMs, endedMs }) => sum + endedMs - beganMs, 0);
}

/** What people call the task: the root driver has none. */
export function taskOf({ task, node, type }: CallRecord): string {
  return (
    [task, node].find((name) => name !== '') ?? (type === 'ROOT_DAG' ? 'the run itself' : 'without a name')
  );
}
