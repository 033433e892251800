import { type JsonObject, listOf, objectOf } from '../../common/json.js';
import { referenceFailure } from './reference-failure.js';
import type { WorkflowApi } from './workflow-api.js';

/** A workflow as the driver server knows it: who it is, and its parameters. */
export interface KnownWorkflow {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** KFP's run, from the label that KFP's API server sets. */
  readonly runId: string | undefined;
  /** Texts of spec.arguments.parameters; null for one that has no text of its own. */
  readonly parameters: ReadonlyMap<string, string | null>;
}

export interface WorkflowName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Workflows' parameters by uid. Never a phase, which changes, and never that something was not there. */
export interface WorkflowParameters {
  /**
   * Rejects with a StatusError; NOT_FOUND where the workflow of this name has another uid. `isFresh` false: it may have
   * been read for an earlier task.
   */
  get(
    workflow: WorkflowName,
    deadlineMs: number,
  ): Promise<{ readonly known: KnownWorkflow; readonly isFresh: boolean }>;
  /** Reads it again. */
  refresh(workflow: WorkflowName, deadlineMs: number): Promise<KnownWorkflow>;
}

const runIdLabel = 'pipeline/runid';

/** Keeps parameters of at most `maxBytes`, those of the workflow that was asked for last the longest. */
export function createWorkflowParameters(api: WorkflowApi, maxBytes: number): WorkflowParameters {
  const kept = new Map<string, { readonly known: KnownWorkflow; readonly bytes: number }>();
  const reading = new Map<string, Promise<KnownWorkflow>>();
  let total = 0;
  const forget = (uid: string): void => {
    total -= kept.get(uid)?.bytes ?? 0;
    kept.delete(uid);
  };
  const keep = (known: KnownWorkflow): void => {
    forget(known.uid);
    const bytes = bytesOf(known);
    kept.set(known.uid, { known, bytes });
    total += bytes;
    for (const uid of kept.keys()) {
      if (total <= maxBytes) {
        break;
      }
      forget(uid);
    }
  };
  const read = async ({ namespace, name, uid }: WorkflowName, deadlineMs: number): Promise<KnownWorkflow> => {
    const known = toKnown(await api.read(namespace, name, deadlineMs));
    if (known.uid !== uid || known.name !== name || known.namespace !== namespace) {
      throw referenceFailure({
        status: 'NOT_FOUND',
        reason: 'WORKFLOW_NOT_FOUND',
        message: `the workflow ${name} is another one than the task's: it has another uid`,
      });
    }
    keep(known);
    return known;
  };
  /** Tasks that ask at once read once. */
  const refresh = async (workflow: WorkflowName, deadlineMs: number): Promise<KnownWorkflow> => {
    const key = JSON.stringify([workflow.namespace, workflow.name, workflow.uid]);
    const running = reading.get(key) ?? read(workflow, deadlineMs).finally(() => reading.delete(key));
    reading.set(key, running);
    return await running;
  };
  return {
    refresh,
    get: async (workflow, deadlineMs) => {
      const entry = kept.get(workflow.uid);
      if (entry === undefined || !isSame(entry.known, workflow)) {
        return { known: await refresh(workflow, deadlineMs), isFresh: true };
      }
      kept.delete(workflow.uid);
      kept.set(workflow.uid, entry);
      return { known: entry.known, isFresh: false };
    },
  };
}

function isSame(known: KnownWorkflow, { namespace, name }: WorkflowName): boolean {
  return known.namespace === namespace && known.name === name;
}

function toKnown(workflow: JsonObject): KnownWorkflow {
  const metadata = objectOf(workflow['metadata']);
  const runId = objectOf(metadata['labels'])[runIdLabel];
  const parameters = listOf(objectOf(objectOf(workflow['spec'])['arguments'])['parameters']).map(objectOf);
  return {
    namespace: String(metadata['namespace']),
    name: String(metadata['name']),
    uid: String(metadata['uid']),
    runId: typeof runId === 'string' && runId !== '' ? runId : undefined,
    parameters: new Map(
      parameters.map(({ name, value }) => [String(name), typeof value === 'string' ? value : null]),
    ),
  };
}

/** Two bytes a UTF-16 unit, and something for each entry. */
function bytesOf({ parameters }: KnownWorkflow): number {
  return [...parameters].reduce(
    (sum, [name, value]) => sum + 2 * (name.length + (value?.length ?? 0)) + 64,
    256,
  );
}
