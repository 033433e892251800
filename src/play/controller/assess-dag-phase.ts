import type { DagTask } from '../../workflow/workflow.js';
import { isCompleted, isFailedOrError, isFulfilled, type Node } from './node.js';

export type DagPhase = 'Running' | 'Succeeded' | 'Failed' | 'Error';

interface Visit {
  readonly node: Node;
  readonly branchPhase: string;
}

/**
 * The phase of a DAG. Nothing ends while a node below it is unfinished; a target that was omitted inherits the last
 * phase of its branch, Failed and Error before Succeeded.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/dag.go (assessDAGPhase)
 */
export function assessDagPhase(
  boundary: Node,
  targets: readonly DagTask[],
  nodeOf: (task: string) => Node | undefined,
  failFast: boolean,
): DagPhase {
  const phases = branchPhases(boundary);
  if (phases === undefined) {
    return 'Running';
  }
  let result: DagPhase = 'Succeeded';
  for (const target of targets) {
    const node = nodeOf(target.name);
    const phase = node === undefined ? undefined : phases.get(node);
    if (phase === undefined) {
      result = 'Running';
      if (!failFast) {
        break;
      }
    } else if ((phase === 'Failed' || phase === 'Error') && !continuesOn(target, phase)) {
      result = phase;
      if (failFast) {
        break;
      }
    }
  }
  return result;
}

/** Undefined while some node is unfinished. */
function branchPhases(boundary: Node): Map<Node, string> | undefined {
  const phases = new Map<Node, string>();
  const queue: Visit[] = boundary.children.map((node) => ({ node, branchPhase: 'Succeeded' }));
  const seen = new Map<string, Set<Node>>();
  for (let visit = queue.shift(); visit !== undefined; visit = queue.shift()) {
    const { node } = visit;
    const visited = seen.get(visit.branchPhase) ?? new Set();
    seen.set(visit.branchPhase, visited);
    if (visited.has(node)) {
      continue;
    }
    visited.add(node);
    if (!isFulfilled(node)) {
      return undefined;
    }
    const branchPhase = isCompleted(node) ? node.phase : visit.branchPhase;
    const previous = phases.get(node);
    if (previous !== 'Failed' && previous !== 'Error') {
      phases.set(node, branchPhase);
    }
    const next = node.type === 'Retry' ? afterRetry(node) : node.children;
    queue.push(...next.map((child) => ({ node: child, branchPhase })));
  }
  return phases;
}

/** A Retry node speaks for its attempts: only what follows them counts, and hooks. */
function afterRetry(retry: Node): Node[] {
  return retry.children.toReversed().flatMap((child) => (child.hooked ? [child] : child.children));
}

function continuesOn(task: Pick<DagTask, 'continueOn'>, phase: string): boolean {
  const { failed = false, error = false } = task.continueOn ?? {};
  return (failed && phase === 'Failed') || (error && phase === 'Error');
}

export function continuesOnNode(task: Pick<DagTask, 'continueOn'>, node: Node): boolean {
  return !isFailedOrError(node) || continuesOn(task, node.phase);
}
