import { taskSetLimitBytes } from '../../src/common/task-set-size.js';
import { injectedMessage } from '../../src/server/dev-driver/inject-faults.js';
import type { DurableEnd, Execution } from './driver-under-test.js';
import type { AgentNode } from './restarting-agent.js';

/** The outcome of one seed, as --json prints it. */
export interface Tally {
  readonly seed: number;
  readonly tasks: number;
  readonly executions: number;
  /** Executions beyond one per task. */
  readonly duplicates: number;
  /** Tasks whose execution is not the one that their node Succeeded with; not those that the driver itself refused at last. */
  readonly lost: number;
  /** Nodes that were not final at the end of a generous time. */
  readonly hung: number;
  readonly failed: number;
  /** The most that Argo's task set object would have taken; etcd refuses more than 1.5 MiB. */
  readonly largestTaskSetBytes: number;
  readonly slowestMs: number;
}

/** The outcome with ML Metadata's side of it, where the server's ledger is there. */
export type DurableTally = Tally & Omit<DurableEnd, 'twins'>;

export interface Finding {
  readonly kind: 'duplicate' | 'lost' | 'hung' | 'failed' | 'task set too large';
  readonly task: string;
  readonly text: string;
}

/** Compares what the agent knows with what the driver did. Pure. */
export function tally(
  seed: number,
  nodes: readonly AgentNode[],
  executions: readonly Execution[],
  largestTaskSetBytes = 0,
): { readonly tally: Tally; readonly findings: readonly Finding[] } {
  const executionsOf = new Map<string, Execution[]>();
  for (const execution of executions) {
    executionsOf.set(execution.task, [...(executionsOf.get(execution.task) ?? []), execution]);
  }
  const findings = nodes.flatMap((node) => findingsOf(node, executionsOf.get(node.name) ?? []));
  if (largestTaskSetBytes > taskSetLimitBytes) {
    findings.push({ kind: 'task set too large', task: '', text: `${largestTaskSetBytes} bytes` });
  }
  const count = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length;
  const stepsMs = nodes.map(({ submittedMs, answeredMs = submittedMs }) => answeredMs - submittedMs);
  return {
    tally: {
      seed,
      tasks: nodes.length,
      executions: executions.length,
      duplicates: executions.length - executionsOf.size,
      lost: count('lost'),
      hung: count('hung'),
      failed: count('failed'),
      largestTaskSetBytes,
      slowestMs: Math.round(Math.max(0, ...stepsMs)),
    },
    findings,
  };
}

function findingsOf({ name, published, isReplaced }: AgentNode, executions: readonly Execution[]): Finding[] {
  const found = (kind: Finding['kind'], text: string): Finding => ({ kind, task: name, text });
  const ids = executions.map(({ executionId }) => executionId);
  const findings: Finding[] = [];
  if (ids.length > 1) {
    const requestIds = new Set(executions.map(({ requestId }) => requestId));
    findings.push(found('duplicate', `executions ${ids.join(', ')} of ${requestIds.size} request_ids`));
  }
  if (isReplaced) {
    return findings;
  }
  const outcome = published === undefined ? 'is not final' : `${published.phase}: ${published.message}`;
  if (published === undefined) {
    findings.push(found('hung', outcome));
  } else if (published.phase !== 'Succeeded') {
    findings.push(found('failed', outcome));
  }
  // Its answer was lost, and each further call was refused until Argo had no retry left: nobody could have known it.
  const isRefused = published?.phase === 'Error' && published.message?.endsWith(injectedMessage);
  const shown = published?.outputs?.parameters?.find((output) => output.name === 'execution-id')?.value;
  const succeededAs = published?.phase === 'Succeeded' ? shown : undefined;
  const isShown = ids.includes(succeededAs ?? '');
  if ((ids.length > 0 || succeededAs !== undefined) && !isShown && !isRefused) {
    const answer = succeededAs === undefined ? '' : ` as ${succeededAs}`;
    findings.push(found('lost', `executed as ${ids.join(', ') || 'none'}, but its node ${outcome}${answer}`));
  }
  return findings;
}

/** KFP sees twins where two executions of one task are in its DAG, whichever nodes they belong to. */
export function withDurableEnd(
  { tally: counted, findings }: ReturnType<typeof tally>,
  { twins, ...end }: DurableEnd,
): { readonly tally: DurableTally; readonly findings: readonly Finding[] } {
  return { tally: { ...counted, duplicates: twins, ...end }, findings };
}

/** What --json prints. */
export function toJson(outcome: Tally | DurableTally): object {
  if (!('voided' in outcome)) {
    return outcome;
  }
  const { seed, tasks, duplicates, lost, hung, voided, superseded, replayed } = outcome;
  return { seed, tasks, duplicates, lost, hung, voided, superseded, replayed };
}
