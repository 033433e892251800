import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import { anyString } from '../workflow/go-text.js';

/** A text that is the same for the whole run. */
export interface ConstantText {
  /** As a reference holds it: the text itself, or `{"parameter":NAME}` for the value of a workflow parameter. */
  readonly json: string;
  /** Undefined for a workflow parameter's value. */
  readonly text: string | undefined;
}

/** Argo would put something in its place: `{{`, but not KFP's own placeholders, `{{$`. */
export function hasTag(text: string): boolean {
  return text.includes('{{') && /\{\{(?!\$)/.test(text);
}

/** Names of the workflow's parameters that can be named instead of copied. */
export type NamedTexts = ReadonlySet<string>;

/** Parameters with a text that Argo would not change, and whose name is there once. */
export function namedTextsOf(spec: JsonObject): NamedTexts {
  const seen = new Set<Json | undefined>();
  const named = new Set<string>();
  for (const parameter of listOf(objectOf(spec['arguments'])['parameters'])) {
    const { name, value, valueFrom } = objectOf(parameter);
    const isPlain = typeof name === 'string' && typeof value === 'string' && !isJsonObject(valueFrom);
    if (isPlain && !seen.has(name) && !hasTag(value)) {
      named.add(name);
    } else if (typeof name === 'string') {
      named.delete(name);
    }
    seen.add(name);
  }
  return named;
}

const workflowTag = /^\{\{ *workflow\.parameters\.([\w-]+) *\}\}$/;
const inputTag = /^\{\{ *inputs\.parameters\.([\w-]+) *\}\}$/;

/** Name of the input parameter that a text consists of. */
export function inputOf(text: string): string | undefined {
  return inputTag.exec(text)?.[1];
}

/** What a text is for the whole run; undefined where that is known only later. */
export function constantOf(text: string, named: NamedTexts): ConstantText | undefined {
  if (!hasTag(text)) {
    return { json: JSON.stringify(text), text };
  }
  const parameter = workflowTag.exec(text)?.[1];
  return parameter !== undefined && named.has(parameter)
    ? { json: `{"parameter":"${parameter}"}`, text: undefined }
    : undefined;
}

/** The input of this name as a template declares it; undefined where no call could give it a text. */
export function findInput(template: JsonObject, name: string): JsonObject | undefined {
  const declared = only(template['inputs'], name);
  return (declared?.['value'] ?? declared?.['valueFrom'] ?? null) === null ? declared : undefined;
}

/** What a call gives an input that `findInput` found; undefined where that is no plain text. */
export function givenText(declared: JsonObject, callArguments: JsonObject): string | undefined {
  const given = only(callArguments, declared['name']);
  if (given !== undefined && (given['valueFrom'] ?? null) !== null) {
    return undefined;
  }
  const value = given?.['value'] ?? declared['default'];
  return typeof value === 'object' ? undefined : anyString(value);
}

/** The parameter of this name; undefined where there is none, or more than one. A loop: it runs for each input of each call. */
function only(args: Json | undefined, name: Json | undefined): JsonObject | undefined {
  let found: JsonObject | undefined;
  for (const item of listOf(objectOf(args)['parameters'])) {
    const parameter = objectOf(item);
    if (parameter['name'] === name) {
      if (found !== undefined) {
        return undefined;
      }
      found = parameter;
    }
  }
  return found;
}
