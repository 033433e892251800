import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { type CallGraph, freeName, leadingTo } from './call-graph.js';
import { mapCalls, mapSpecHooks, type RewriteCall } from './template-calls.js';

/**
 * The spec with templates of their own for exit hooks: a driver template that both hooks and the run itself reach is
 * there twice then, and so is whatever leads a hook to it.
 */
export function separateExitHooks(
  spec: JsonObject,
  graph: CallGraph,
  drivers: ReadonlySet<string>,
): JsonObject {
  const copies = graph.inExit.size === 0 ? new Map() : namesOfCopies(graph, drivers);
  if (copies.size === 0) {
    return spec;
  }
  const toCopy = (call: JsonObject): JsonObject => {
    const name = copies.get(String(call['template']));
    return name === undefined ? call : { ...call, template: name };
  };
  const exitsToCopy: RewriteCall = (call, { isExit }) => (isExit ? toCopy(call) : call);
  const templates = listOf(spec['templates']).flatMap((value) => {
    const template = objectOf(value);
    const name = String(template['name']);
    const ofRun = mapCalls(template, graph.inRun.has(name) ? exitsToCopy : toCopy);
    const copy = copies.get(name);
    return copy === undefined ? [ofRun] : [ofRun, { ...mapCalls(template, toCopy), name: copy }];
  });
  return { ...mapSpecHooks(spec, exitsToCopy), templates };
}

function namesOfCopies(graph: CallGraph, drivers: ReadonlySet<string>): ReadonlyMap<string, string> {
  const leading = leadingTo(graph, drivers);
  const shared = [...leading].filter((name) => graph.inExit.has(name) && graph.inRun.has(name));
  const taken = new Set(graph.templates.keys());
  return new Map(
    shared.map((name) => {
      const copy = freeName(`${name}-exit-hook`, taken);
      taken.add(copy);
      return [name, copy];
    }),
  );
}
