import type { CallGraph } from './call-graph.js';
import type { SavedPods } from './conversion.js';
import type { Call } from './template-calls.js';

/** How deep templates may call one another here; Argo ends at 100. */
const deepestCalls = 100;
/** Calls that are counted at most: templates that call one another twice each would be counted for ever. */
const mostCalls = 100_000;

/**
 * Counts the driver pods that a run of this spec starts from these templates, if every condition holds. Loops are named
 * by the tasks that lead to them, "root.for-loop-1".
 */
export function countPods(graph: CallGraph, drivers: ReadonlySet<string>): SavedPods {
  const perIteration = new Map<string, number>();
  let left = mostCalls;
  let perRun = 0;
  const visit = (call: Call, from: Path | undefined, loop: string | undefined, depth: number): void => {
    left -= 1;
    if (left < 0 || depth > deepestCalls) {
      return;
    }
    const path = call.task === '' ? from : { from, task: call.task };
    const inside = call.isLoop ? textOf(path) : loop;
    if (drivers.has(call.template) && inside === undefined) {
      perRun += 1;
    } else if (drivers.has(call.template) && inside !== undefined) {
      perIteration.set(inside, (perIteration.get(inside) ?? 0) + 1);
    }
    for (const next of graph.callsOf(call.template)) {
      visit(next, path, inside, depth + 1);
    }
  };
  for (const call of graph.callsOfSpec) {
    visit(call, undefined, undefined, 0);
  }
  return { perRun, perIteration: Object.fromEntries(perIteration) };
}

/** Tasks that lead to a call, the last one first; written out for loops alone. */
interface Path {
  readonly from: Path | undefined;
  readonly task: string;
}

function textOf(path: Path | undefined): string {
  const tasks: string[] = [];
  for (let at = path; at !== undefined; at = at.from) {
    tasks.unshift(at.task);
  }
  return tasks.join('.');
}
