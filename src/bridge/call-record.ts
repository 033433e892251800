import type { Progress } from './progress.js';

/** A final answer as the ledger keeps it. */
export interface Answered {
  /**
   * What a repeat gets once the answer was delivered. `none`: the same answer, because a success is final. `new`: a
   * new attempt. `same`: another call under the same request_id, because another attempt could drive the task twice:
   * the driver succeeded and its answer cannot be shown, or it may still be at work.
   */
  readonly nextAttempt: 'none' | 'same' | 'new';
  /** What it takes to keep it. */
  readonly bytes: number;
}

/** started -> answered -> delivered */
export type CallState<Answer extends Answered> =
  | { readonly kind: 'started' }
  /** The answer is there, and nobody has it yet. */
  | { readonly kind: 'answered'; readonly answer: Answer; readonly answeredMs: number }
  /** A reply with the answer was flushed to a socket that was still open. */
  | {
      readonly kind: 'delivered';
      readonly answer: Answer;
      readonly answeredMs: number;
      readonly deliveredMs: number;
    };

/** One attempt at one task. */
export interface CallRecord<Answer extends Answered> {
  readonly key: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly progress: Progress;
  state: CallState<Answer>;
}

/** The attempt that a POST of a task gets: the one there is, or another one. */
export type NextStep =
  | { readonly kind: 'join' }
  | { readonly kind: 'begin'; readonly attempt: number; readonly again: boolean };

/**
 * Argo's agent sends the very same body up to five times, restarts and sends it again: whatever is started or not
 * delivered is joined. A delivered failure is answered again for `replayMs`, because a real retry comes later, with
 * the controller's next cycle, and what comes sooner is a twin or an agent that was restarted before its patch.
 */
export function nextStepOf(
  { state, attempt }: CallRecord<Answered>,
  nowMs: number,
  replayMs: number,
): NextStep {
  if (state.kind !== 'delivered' || nowMs - state.deliveredMs < replayMs) {
    return { kind: 'join' };
  }
  switch (state.answer.nextAttempt) {
    case 'none':
      return { kind: 'join' };
    case 'same':
      return { kind: 'begin', attempt, again: true };
    case 'new':
      return { kind: 'begin', attempt: attempt + 1, again: false };
  }
}
