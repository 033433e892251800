import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import { anyString } from '../workflow/go-text.js';

/** A text that is the same for the whole run: itself, or the value of a workflow parameter. */
export type ConstantText = string | { readonly parameter: string };

/** Argo would put something in its place: `{{`, but not KFP's own placeholders, `{{$`. */
export function hasTag(text: string): boolean {
  return /\{\{(?!\$)/.test(text);
}

/** Values of the workflow's parameters that can be named instead of copied, by name. */
export type NamedTexts = ReadonlyMap<string, string>;

/** Parameters with a text that Argo would not change, and whose name is there once. */
export function namedTextsOf(spec: JsonObject): NamedTexts {
  const parameters = listOf(objectOf(spec['arguments'])['parameters']).map(objectOf);
  const seen = new Set<Json | undefined>();
  const twice = new Set(
    parameters.map(({ name }) => name).filter((name) => seen.size === seen.add(name).size),
  );
  return new Map(
    parameters.flatMap(({ name, value, valueFrom }): [string, string][] => {
      const isPlain = typeof name === 'string' && typeof value === 'string' && !isJsonObject(valueFrom);
      return isPlain && !twice.has(name) && !hasTag(value) ? [[name, value]] : [];
    }),
  );
}

const workflowTag = /^\{\{ *workflow\.parameters\.([\w-]+) *\}\}$/;
const inputTag = /^\{\{ *inputs\.parameters\.([\w-]+) *\}\}$/;

/** Name of the input parameter that a text consists of. */
export function inputOf(text: string): string | undefined {
  return inputTag.exec(text)?.[1];
}

/** What a text is for the whole run; undefined where that is known only later. */
export function constantOf(text: string, named: NamedTexts): ConstantText | undefined {
  const parameter = workflowTag.exec(text)?.[1];
  if (parameter !== undefined && named.has(parameter)) {
    return { parameter };
  }
  return hasTag(text) ? undefined : text;
}

/** What a call gives an input parameter of the template that it calls; undefined where that is no plain text. */
export function givenText(
  template: JsonObject,
  callArguments: JsonObject,
  input: string,
): string | undefined {
  const declared = only(template['inputs'], input);
  if (declared === undefined || (declared['value'] ?? declared['valueFrom'] ?? null) !== null) {
    return undefined;
  }
  const given = only(callArguments, input);
  if (given !== undefined && (given['valueFrom'] ?? null) !== null) {
    return undefined;
  }
  const value = given?.['value'] ?? declared['default'];
  return typeof value === 'object' ? undefined : anyString(value);
}

/** The parameter of this name; undefined where there is none, or more than one. A loop: it runs for each input of each call. */
function only(args: Json | undefined, name: string): JsonObject | undefined {
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
