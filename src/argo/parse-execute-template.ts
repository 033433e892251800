import { isJsonObject, type Json, type JsonObject } from '../common/json.js';
import { deepestNesting, type Member, membersBelow } from '../common/json-text.js';

/** The workflow that Argo's agent vouches for. */
export interface WorkflowMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** An output that the template declares; `fallback` is its own default, which Argo does not apply to plugin nodes. */
export interface DeclaredOutput {
  readonly name: string;
  readonly fallback: string | undefined;
  /** Name of the workflow's global parameter that the output becomes. */
  readonly globalName: string | undefined;
}

/** An argument of the template: its value, and its JSON text as it was written. */
export interface Argument {
  readonly value: unknown;
  readonly text: string;
}

/** A plugin template that is ours. */
export interface PluginTemplate {
  readonly workflow: WorkflowMetadata;
  readonly templateName: string;
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly declaredOutputs: readonly DeclaredOutput[];
  /** The template but its arguments, with sorted keys: equal for two POSTs of the same task. */
  readonly canonical: string;
}

export type ParsedTemplate =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'ours'; readonly template: PluginTemplate; readonly faults: readonly string[] };

/**
 * Reads the body that Argo's agent POSTs: {"workflow":{"metadata":{...}},"template":{"name","inputs","outputs",
 * "plugin":{KEY:{"args":{...}}}}}. Throws a SyntaxError only when it is not valid JSON; a template whose `plugin` lacks
 * our key is not ours; whatever else is wrong is a fault, one sentence each.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/pkg/plugins/executor/template_executor_plugin.go
 */
export function parseExecuteTemplate(body: string, pluginKey: string): ParsedTemplate {
  const envelope = toObject(JSON.parse(body));
  const template = toObject(envelope['template']);
  const plugin = toObject(template['plugin']);
  if (!Object.hasOwn(plugin, pluginKey)) {
    return { kind: 'not-ours' };
  }

  const faults: string[] = [];
  const path = ['template', 'plugin', pluginKey, 'args'];
  const { members, times, nesting } = membersBelow(body, path);
  const tooDeep = nesting > deepestNesting;
  if (tooDeep) {
    faults.push(`the body nests objects and arrays deeper than ${deepestNesting} levels: flatten it`);
  }
  path.forEach((key, at) => {
    if ((times[at] ?? 0) > 1) {
      faults.push(`the body has the key "${key}" ${times[at]} times: send it once`);
    }
  });
  const ours = toObject(plugin[pluginKey]);
  const metadata = toObject(toObject(envelope['workflow'])['metadata']);
  const args = readArguments(ours['args'], members, pluginKey, faults);
  const other = { ...template, plugin: { ...plugin, [pluginKey]: { ...ours, args: null } } };
  return {
    kind: 'ours',
    template: {
      workflow: {
        name: requireText(metadata, 'name', 'workflow.metadata.name', faults),
        namespace: requireText(metadata, 'namespace', 'workflow.metadata.namespace', faults),
        uid: requireText(metadata, 'uid', 'workflow.metadata.uid', faults),
      },
      templateName: requireText(template, 'name', 'template.name', faults),
      arguments: args,
      declaredOutputs: readDeclaredOutputs(template),
      canonical: tooDeep ? '' : JSON.stringify(sortKeys(other)),
    },
    faults,
  };
}

function toObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function requireText(from: JsonObject, key: string, path: string, faults: string[]): string {
  const value = from[key];
  if (typeof value === 'string' && value !== '' && value.isWellFormed()) {
    return value;
  }
  faults.push(`${path} must be a text that is not empty: Argo 3.4.2 or newer sends it`);
  return '';
}

/** Each argument with its own text, and no duplicate unseen. */
function readArguments(
  value: unknown,
  members: readonly Member[],
  pluginKey: string,
  faults: string[],
): ReadonlyMap<string, Argument> {
  const found = new Map<string, Argument>();
  if (!isJsonObject(value)) {
    faults.push(`template.plugin.${pluginKey}.args must be an object with the driver's arguments`);
    return found;
  }
  for (const { key, text } of members) {
    if (found.has(key)) {
      faults.push(`argument "${key}" is there twice: send it once`);
    }
    found.set(key, { value: value[key], text });
  }
  return found;
}

function readDeclaredOutputs(template: JsonObject): DeclaredOutput[] {
  const parameters = toObject(template['outputs'])['parameters'];
  if (!Array.isArray(parameters)) {
    return [];
  }
  const declared: DeclaredOutput[] = [];
  for (const parameter of parameters.map(toObject)) {
    const name = parameter['name'];
    if (typeof name === 'string') {
      const fallback = toObject(parameter['valueFrom'])['default'] ?? parameter['default'];
      declared.push({ name, fallback: textOf(fallback), globalName: textOf(parameter['globalName']) });
    }
  }
  return declared;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A copy with sorted keys, in half the time of JSON.stringify with a function that sorts. */
function sortKeys(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) {
    const member = sortKeys(value[key] as Json);
    if (key === '__proto__') {
      // To assign it would give the copy another prototype.
      Object.defineProperty(sorted, key, { value: member, enumerable: true });
    } else {
      sorted[key] = member;
    }
  }
  return sorted;
}
