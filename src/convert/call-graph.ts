import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { type Call, callsOf, callsOfSpec } from './template-calls.js';

/** Who calls whom in a workflow, and which templates only exit hooks reach. */
export interface CallGraph {
  readonly templates: ReadonlyMap<string, JsonObject>;
  readonly callsOf: (name: string) => readonly Call[];
  /** Those of the spec itself. */
  readonly callsOfSpec: readonly Call[];
  /** All of them. */
  readonly calls: readonly Call[];
  /** Templates that an exit hook reaches. */
  readonly inExit: ReadonlySet<string>;
  /** Templates that are reached without one. A template that nobody calls counts as reached, with all that it calls. */
  readonly inRun: ReadonlySet<string>;
}

export function createCallGraph(spec: JsonObject): CallGraph {
  const templates = new Map(
    listOf(spec['templates'])
      .map(objectOf)
      .map((template) => [String(template['name']), template]),
  );
  const calls = new Map([...templates].map(([name, template]) => [name, callsOf(template)]));
  const callsOfName = (name: string) => calls.get(name) ?? [];
  const ofSpec = callsOfSpec(spec);
  const all = [...ofSpec, ...[...calls.values()].flat()];
  const exits = all.filter(({ isExit }) => isExit).map(({ template }) => template);
  const calledBy = (name: string) => callsOfName(name).map(({ template }) => template);
  const inExit = reach(exits, calledBy);
  const entrypoint = ofSpec.filter(({ isExit }) => !isExit);
  const starts = [
    ...entrypoint.map(({ template }) => template),
    ...[...templates.keys()].filter((name) => !inExit.has(name)),
  ];
  const inRun = reach(starts, (name) =>
    callsOfName(name)
      .filter(({ isExit }) => !isExit)
      .map(({ template }) => template),
  );
  return { templates, callsOf: callsOfName, callsOfSpec: ofSpec, calls: all, inExit, inRun };
}

/** All that `starts` lead to, themselves included. */
function reach(starts: readonly string[], next: (name: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const left = [...starts];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (!reached.has(name)) {
      reached.add(name);
      left.push(...next(name));
    }
  }
  return reached;
}

/** Templates from which one of `targets` is reached, themselves included. */
export function leadingTo(graph: CallGraph, targets: ReadonlySet<string>): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  for (const name of graph.templates.keys()) {
    for (const { template } of graph.callsOf(name)) {
      const known = callers.get(template) ?? [];
      known.push(name);
      callers.set(template, known);
    }
  }
  return reach([...targets], (name) => callers.get(name) ?? []);
}

/** A name that no template has yet. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) {
    name = `${wanted}-${number}`;
  }
  return name;
}
