import { isJsonObject, type JsonObject } from '../../common/json.js';
import { invalidArgument } from '../invalid-argument.js';

/** Parsed JSON that nobody has checked yet. */
export type Json = unknown;

/** Parses a JSON spec of a request; absent and "" are undefined. INVALID_ARGUMENT names the field, not its text. */
export function parseSpec(field: string, text: string | undefined): JsonObject | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const spec = parseJson(text);
  if (isJsonObject(spec)) {
    return spec;
  }
  throw invalidArgument([{ field, description: 'is not the text of a JSON object' }]);
}

/** Parses JSON; undefined where it is none. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Walks a path of own properties; undefined where it ends early. */
export function at(value: Json, ...path: string[]): Json {
  return path.reduce<Json>(
    (inner, name) => (isJsonObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}
