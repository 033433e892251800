import { isJsonObject, type Json, type JsonObject, objectOf } from '../common/json.js';
import { inList, inObject, mapAllMembers, mapMembers } from './map-json.js';

/**
 * How a template is called. `exit`: by an exit hook or onExit, which Argo also runs after a stop. `bare`: by a name
 * alone, so that no arguments can be given.
 */
export interface CallContext {
  readonly isExit: boolean;
  readonly isBare: boolean;
  /** Name of the task or step that calls, or whose hook calls. */
  readonly task: string;
  readonly isLoop: boolean;
}

export interface Call extends CallContext {
  readonly template: string;
  readonly arguments: JsonObject;
  /** False where `arguments` is nothing that Argo would take. */
  readonly isWellFormed: boolean;
}

/** Rewrites a call: a DAG task, a step or a hook, with `arguments` and a `template` that is a name. */
export type RewriteCall = (call: JsonObject, context: CallContext) => JsonObject;

/** The calls that a DAG or steps template makes, hooks included. */
export function callsOf(template: JsonObject): readonly Call[] {
  return collect((rewrite) => mapCalls(template, rewrite));
}

const noArguments: JsonObject = Object.freeze({});

const bareCall = {
  arguments: noArguments,
  isWellFormed: true,
  isExit: false,
  isBare: true,
  task: '',
  isLoop: false,
} as const;

/** The calls that the workflow's spec itself makes: entrypoint, onExit and hooks. */
export function callsOfSpec(spec: JsonObject): readonly Call[] {
  const entrypoint = spec['entrypoint'];
  const start = typeof entrypoint === 'string' ? [{ ...bareCall, template: entrypoint }] : [];
  return [...start, ...collect((rewrite) => mapSpecHooks(spec, rewrite))];
}

function collect(traverse: (rewrite: RewriteCall) => unknown): readonly Call[] {
  const calls: Call[] = [];
  traverse((call, context) => {
    const { isExit, isBare, task, isLoop } = context;
    const template = String(call['template']);
    const isWellFormed = isArguments(call['arguments'] ?? {});
    calls.push({ template, arguments: argumentsOfCall(call), isWellFormed, isExit, isBare, task, isLoop });
    return call;
  });
  return calls;
}

/** A call's arguments; the same object for all calls that have none. */
export function argumentsOfCall(call: JsonObject): JsonObject {
  return isJsonObject(call['arguments']) ? call['arguments'] : noArguments;
}

/** True for what Argo takes as inputs, outputs or arguments: an object whose parameters, if any, are a list of objects. */
export function isArguments(value: Json): boolean {
  const parameters = objectOf(value)['parameters'] ?? [];
  return isJsonObject(value) && Array.isArray(parameters) && parameters.every(isJsonObject);
}

/** A template with its calls rewritten; all else stays as it is, in its order. */
export function mapCalls(template: JsonObject, rewrite: RewriteCall): JsonObject {
  const mapTasks = inList(inObject((task) => mapTask(task, rewrite)));
  return mapMembers(template, {
    dag: inObject((dag) => mapMembers(dag, { tasks: mapTasks })),
    steps: inList(mapTasks),
  });
}

/** The same for the hooks of the spec itself. Its entrypoint stays: no conversion renames what it names. */
export function mapSpecHooks(spec: JsonObject, rewrite: RewriteCall): JsonObject {
  return mapHooks(spec, '', rewrite);
}

function mapTask(task: JsonObject, rewrite: RewriteCall): JsonObject {
  const name = typeof task['name'] === 'string' ? task['name'] : '';
  const isLoop = (task['withItems'] ?? task['withParam'] ?? task['withSequence'] ?? null) !== null;
  const rewritten = rewriteNamed(task, { isExit: false, isBare: false, task: name, isLoop }, rewrite);
  return mapHooks(rewritten, name, rewrite);
}

function mapHooks(owner: JsonObject, task: string, rewrite: RewriteCall): JsonObject {
  if (owner['hooks'] === undefined && owner['onExit'] === undefined) {
    return owner;
  }
  const context = { task, isLoop: false };
  return mapMembers(owner, {
    hooks: inObject((hooks) =>
      mapAllMembers(hooks, (name, hook) =>
        inObject((call) =>
          rewriteNamed(call, { ...context, isExit: name === 'exit', isBare: false }, rewrite),
        )(hook),
      ),
    ),
    onExit: (template) =>
      typeof template === 'string' && template !== ''
        ? (rewrite({ template }, { ...context, isExit: true, isBare: true })['template'] ?? template)
        : template,
  });
}

/** Leaves alone what names no template: one that stands in it, and what Argo does not take. */
function rewriteNamed(call: JsonObject, context: CallContext, rewrite: RewriteCall): JsonObject {
  const { template } = call;
  return typeof template === 'string' && template !== '' ? rewrite(call, context) : call;
}
