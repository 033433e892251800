import { isJsonObject, type Json, type JsonObject } from '../common/json.js';

type MapJson = (value: Json) => Json;

/** An object with some of its members mapped; all else stays, in its order. */
export function mapMembers(object: JsonObject, mappings: Readonly<Record<string, MapJson>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const map = Object.hasOwn(mappings, key) ? mappings[key] : undefined;
      return [key, map === undefined ? value : map(value)];
    }),
  );
}

/** Maps every member of an object. */
export function mapAllMembers(object: JsonObject, map: (key: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value)]));
}

/** Maps an object; anything else stays as it is. */
export function inObject(map: (object: JsonObject) => Json): MapJson {
  return (value) => (isJsonObject(value) ? map(value) : value);
}

/** Maps the items of a list; anything else stays as it is. */
export function inList(map: MapJson): MapJson {
  return (value) => (Array.isArray(value) ? value.map(map) : value);
}

/** An object without some of its members. */
export function omit(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
}
