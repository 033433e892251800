import { isJsonObject, type Json, type JsonObject, listOf } from '../common/json.js';

type MapJson = (value: Json) => Json;

/**
 * An object with some of its members mapped; all else stays, in its order. The object itself where nothing changes: a
 * large workflow is gone through several times, and most of it stays.
 */
export function mapMembers(object: JsonObject, mappings: Readonly<Record<string, MapJson>>): JsonObject {
  let mapped = object;
  for (const [key, map] of Object.entries(mappings)) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    const made = value === undefined ? undefined : map(value);
    if (made !== undefined && made !== value) {
      mapped = mapped === object ? { ...object } : mapped;
      mapped[key] = made;
    }
  }
  return mapped;
}

/** Maps every member of an object. */
export function mapAllMembers(object: JsonObject, map: (key: string, value: Json) => Json): JsonObject {
  const mapped = Object.entries(object).map(([key, value]) => [key, map(key, value)] as const);
  return mapped.every(([key, value]) => value === object[key]) ? object : Object.fromEntries(mapped);
}

/** Maps an object; anything else stays as it is. */
export function inObject(map: (object: JsonObject) => Json): MapJson {
  return (value) => (isJsonObject(value) ? map(value) : value);
}

/** Maps the items of a list; anything else stays as it is, and so does a list of which no item changes. */
export function inList(map: MapJson): MapJson {
  return (value) => {
    const mapped = Array.isArray(value) ? value.map((item) => map(item)) : value;
    return Array.isArray(value) && listOf(mapped).every((item, at) => item === value[at]) ? value : mapped;
  };
}

/** An object without some of its members. */
export function omit(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
}
