import type { Logger } from '../../common/logger.js';
import type { RunDecision } from './decide.js';

interface Shown {
  readonly level: Extract<keyof Logger, 'warn' | 'info' | 'debug'>;
  readonly says: string;
}

/** What may come of a claim that ML Metadata decides, and how the log says it. */
export const claimOutcomes = {
  none: { level: 'debug', says: 'ML Metadata has no execution of the task' },
  replayed: { level: 'info', says: 'the task was driven before; its answer is in ML Metadata' },
  run_again: { level: 'info', says: 'the task is driven again; KFP finds its execution by name' },
  superseded: { level: 'info', says: "an earlier attempt's execution was taken out of its DAG" },
  foreign: { level: 'info', says: 'another task has the same name in its DAG' },
  voided: { level: 'warn', says: 'an execution whose answer nobody heard was taken out of its DAG' },
  refused: {
    level: 'warn',
    says: 'an execution in ML Metadata may be another driver, so nothing was driven',
  },
} as const satisfies Readonly<Record<string, Shown>>;
export type ClaimOutcome = keyof typeof claimOutcomes;

/**
 * The outcomes of the ledger in ML Metadata, a closed list for a counter: one for each claim that memory does not answer
 * (unreachable where the store did not say), and one for each answer that is to be written.
 */
export type LedgerOutcome = ClaimOutcome | 'unreachable' | 'written' | 'not_written';
export const ledgerOutcomes = [
  ...(Object.keys(claimOutcomes) as ClaimOutcome[]),
  'unreachable',
  'written',
  'not_written',
] as const satisfies readonly LedgerOutcome[];

/** The outcome of a decision to run. */
export const outcomeOf: Readonly<Record<RunDecision['because'], ClaimOutcome>> = {
  none: 'none',
  'run again': 'run_again',
  supersede: 'superseded',
  foreign: 'foreign',
  void: 'voided',
};
