import { factsOfError, type LogFacts } from '../../common/logger.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { factsOfRequest } from '../facts-of-request.js';
import { MetadataError } from '../metadata-store/metadata-client.js';
import { executionTypes } from '../metadata-store/metadata-store.js';
import type { DrivenTask } from './driven-task.js';
import { maxRecordLength, recordProperty, writeRecord } from './execution-record.js';
import type { MetadataLedgerParts } from './metadata-ledger-parts.js';
import { executionWithoutId } from './task-executions.js';

/** Writes an answer onto its execution. Never rejects: the answer goes out all the same. */
export async function keepAnswer(
  parts: MetadataLedgerParts,
  task: DrivenTask,
  request: ExecuteRequest__Output,
  response: Buffer,
): Promise<void> {
  try {
    if (task.type === 'ROOT_DAG') {
      // It is answered from its name. Its tasks come next, and will ask for the run.
      await parts.store.run(task.runId);
      return;
    }
    const why = await write(parts, task, request, response);
    if (why !== undefined) {
      notKept(parts, request, { reason: why });
      return;
    }
    parts.onOutcome?.('written');
  } catch (thrown) {
    const status = thrown instanceof MetadataError ? { status: thrown.status } : {};
    notKept(parts, request, { reason: 'ML Metadata did not take it', ...status, ...factsOfError(thrown) });
  }
}

/** Resolves with why it was not written, where there is nothing to write to or too much to write. */
async function write(
  { store, deserialize }: MetadataLedgerParts,
  task: DrivenTask,
  request: ExecuteRequest__Output,
  response: Buffer,
): Promise<string | undefined> {
  const { execution_id } = deserialize(response);
  const id = execution_id === undefined ? await executionWithoutId(store, task) : String(execution_id);
  if (id === undefined) {
    return 'its driver named no execution';
  }
  const record = writeRecord(task, request, response);
  if (record.length > maxRecordLength) {
    return `its record has ${record.length} characters, over ${maxRecordLength}`;
  }
  const type = task.type === 'DAG' ? executionTypes.dag : executionTypes.container;
  await store.change({ id, type, properties: { [recordProperty]: { string_value: record } } });
  return undefined;
}

function notKept(
  { logger, onOutcome }: MetadataLedgerParts,
  request: ExecuteRequest__Output,
  more: LogFacts,
) {
  onOutcome?.('not_written');
  logger.warn('an answer is kept in memory alone', { ...factsOfRequest(request), ...more });
}
