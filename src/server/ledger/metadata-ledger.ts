import type { LogFacts } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { StatusError } from '../../contract/status-error.js';
import { factsOfRequest } from '../facts-of-request.js';
import { MetadataError } from '../metadata-store/metadata-client.js';
import type { StoredExecution } from '../metadata-store/metadata-store.js';
import { type DrivenTask, drivenTaskOf, keyOfTask } from './driven-task.js';
import { answerOf } from './execution-record.js';
import { keepAnswer } from './keep-answer.js';
import { executionUnknown, metadataAway } from './ledger-failure.js';
import { type ClaimOutcome, claimOutcomes, outcomeOf } from './ledger-outcome.js';
import type { MetadataLedgerParts } from './metadata-ledger-parts.js';
import type { Claim, RequestLedger } from './request-ledger.js';
import { clearTheWay, historyOf, type TaskHistory } from './task-executions.js';

const maxLoggedExecutions = 20;

/**
 * A ledger that outlives its process: what was driven is written onto the executions that KFP's drivers make in ML
 * Metadata, and looked up there before a driver runs. docs/durability.md has the protocol and its reasons.
 */
export function createMetadataLedger(parts: MetadataLedgerParts): RequestLedger {
  const { memory } = parts;
  const taskOf = rememberTasks(parts.knowsTaskName);
  return {
    taskOf: (request) => {
      const task = taskOf(request);
      return (
        task && {
          key: keyOfTask(task),
          attempt: JSON.stringify([task.fingerprint, task.node]),
          findsOrphans: !task.isVolumeTask,
        }
      );
    },
    claim: async (asked) => {
      const claim = await memory.claim(asked);
      const task = taskOf(asked.request);
      if (claim.kind !== 'claimed' || task === undefined) {
        return claim;
      }
      const durable = await claimTask(parts, task, asked.request);
      if (durable.kind === 'finished') {
        await memory.finish(asked, durable.result);
      }
      return durable;
    },
    overtaken: memory.clear,
    lookUp: async (asked) => {
      const known = await memory.lookUp(asked);
      const task = taskOf(asked.request);
      if (known !== undefined || task === undefined) {
        return known;
      }
      const history = await orAway(parts, () => ask(parts, task, asked.request));
      return history.kind === 'driven'
        ? { kind: 'finished', result: { kind: 'answered', response: history.response } }
        : undefined;
    },
    finish: async (asked, result) => {
      await memory.finish(asked, result);
      const task = taskOf(asked.request);
      if (task !== undefined && result.kind === 'answered') {
        await keepAnswer(parts, task, asked.request, result.response);
      }
    },
  };
}

/** A request's task is asked for thrice, and its content is hashed for it. */
function rememberTasks(knowsTaskName: boolean) {
  const tasks = new WeakMap<ExecuteRequest__Output, { readonly task: DrivenTask | undefined }>();
  return (request: ExecuteRequest__Output): DrivenTask | undefined => {
    const known = tasks.get(request) ?? { task: drivenTaskOf(request, knowsTaskName) };
    tasks.set(request, known);
    return known.task;
  };
}

async function claimTask(
  parts: MetadataLedgerParts,
  task: DrivenTask,
  request: ExecuteRequest__Output,
): Promise<Claim> {
  const history = await orAway(parts, () => ask(parts, task, request));
  if (history.kind === 'driven') {
    report(parts, 'replayed', request, [history.execution]);
    return { kind: 'finished', result: { kind: 'answered', response: history.response } };
  }
  if (history.kind === 'unclear') {
    throw refusal(parts, request, history.execution, history.why);
  }
  const busy = await orAway(parts, () => clearTheWay(parts.store, history));
  if (busy !== undefined) {
    throw refusal(parts, request, busy, 'has children');
  }
  report(parts, outcomeOf[history.because], request, history.executions);
  return { kind: 'claimed' };
}

function ask(
  { store, namespace, serialize, maxAnswerBytes }: MetadataLedgerParts,
  task: DrivenTask,
  request: ExecuteRequest__Output,
): Promise<TaskHistory> {
  return historyOf(store, namespace, task, {
    ofRecord: (record) => answerOf(record, request, maxAnswerBytes),
    // What every version of KFP's root driver answers (backend/src/v2/driver/root_dag.go).
    ofRoot: (execution_id) => serialize({ execution_id, iteration_count: 0 }),
  });
}

/** Where ML Metadata does not answer, nobody can tell whether the task was driven. */
async function orAway<Value>(
  { onOutcome }: MetadataLedgerParts,
  question: () => Promise<Value>,
): Promise<Value> {
  try {
    return await question();
  } catch (thrown) {
    if (!(thrown instanceof MetadataError)) {
      throw thrown;
    }
    onOutcome?.('unreachable');
    throw metadataAway(thrown);
  }
}

function refusal(
  parts: MetadataLedgerParts,
  request: ExecuteRequest__Output,
  execution: StoredExecution,
  why: string,
): StatusError {
  report(parts, 'refused', request, [execution], { reason: why });
  return executionUnknown(execution, why);
}

function report(
  { logger, onOutcome }: MetadataLedgerParts,
  outcome: ClaimOutcome,
  request: ExecuteRequest__Output,
  executions: readonly StoredExecution[],
  more: LogFacts = {},
): void {
  onOutcome?.(outcome);
  const { level, says } = claimOutcomes[outcome];
  const ids = executions.slice(0, maxLoggedExecutions).map(({ id }) => id);
  logger[level](says, { ...factsOfRequest(request), outcome, executions: ids.join(), ...more });
}
