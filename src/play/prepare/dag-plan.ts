import { errorText } from '../../common/error-text.js';
import type { DagTask, DagTemplate } from '../../workflow/workflow.js';
import { type Depends, parseDepends } from './depends.js';

/** A DAG template read once: who depends on whom, and which tasks decide how it ends. */
export interface DagPlan {
  readonly tasks: readonly DagTask[];
  readonly targets: readonly DagTask[];
  task(name: string): DagTask;
  depends(name: string): Depends;
  /** All tasks before this one, direct or not. */
  ancestors(name: string): readonly string[];
}

/** Throws an Error that names the task and the fault (an unknown name, a cycle, an unreadable `depends`). */
export function planDag(dag: DagTemplate): DagPlan {
  const byName = new Map(dag.tasks.map((task) => [task.name, task]));
  if (byName.size < dag.tasks.length) {
    throw new Error('two tasks have the same name');
  }
  const dependsOf = new Map(dag.tasks.map((task) => [task.name, readDepends(task, byName)]));
  const find = <T>(map: ReadonlyMap<string, T>, name: string): T => {
    const found = map.get(name);
    if (found === undefined) {
      throw new Error(`there is no task ${name}`);
    }
    return found;
  };
  const ancestors = new Map<string, readonly string[]>();
  for (const { name } of dag.tasks) {
    ancestors.set(name, collectAncestors(name, dependsOf));
  }
  const task = (name: string) => find(byName, name);
  return {
    tasks: dag.tasks,
    targets: targetNames(dag, dependsOf).map(task),
    task,
    depends: (name) => find(dependsOf, name),
    ancestors: (name) => find(ancestors, name),
  };
}

function readDepends(task: DagTask, byName: ReadonlyMap<string, DagTask>): Depends {
  try {
    return parseDepends(task, (name) => byName.get(name));
  } catch (error) {
    throw new Error(`task ${task.name} ${errorText(error)}`);
  }
}

function collectAncestors(start: string, dependsOf: ReadonlyMap<string, Depends>): string[] {
  const seen = new Set<string>();
  const queue = [...(dependsOf.get(start)?.names ?? [])];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (name === start) {
      throw new Error(`task ${start} depends on itself`);
    }
    if (!seen.has(name)) {
      seen.add(name);
      queue.push(...(dependsOf.get(name)?.names ?? []));
    }
  }
  return [...seen];
}

/** The tasks of `target`, else those on which no other depends, by name. */
function targetNames({ tasks, target }: DagTemplate, dependsOf: ReadonlyMap<string, Depends>): string[] {
  if (target) {
    return target.split(' ');
  }
  const needed = new Set([...dependsOf.values()].flatMap(({ names }) => names));
  return tasks
    .map(({ name }) => name)
    .filter((name) => !needed.has(name))
    .sort();
}
