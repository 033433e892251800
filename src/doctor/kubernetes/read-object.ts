import { isJsonObject, type Json, type JsonObject, listOf } from '../../common/json.js';

/** What is at a path of an object; undefined where there is nothing. Numbers index lists. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    if (typeof step === 'number') {
      current = listOf(current)[step];
    } else {
      current = isJsonObject(current) ? current[step] : undefined;
    }
  }
  return current;
}

export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function objectsAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonObject[] {
  return listOf(at(value, ...path)).filter(isJsonObject);
}

export function keysAt(value: Json | undefined, ...path: readonly (string | number)[]): string[] {
  const found = at(value, ...path);
  return isJsonObject(found) ? Object.keys(found) : [];
}

export function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') ?? '';
}
