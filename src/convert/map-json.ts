import { isJsonObject, type Json, type JsonObject } from '../common/json.js';

type MapJson = (value: Json) => Json;

/** An object with some of its members mapped; all else stays, in its order. The object itself where nothing changes. */
export function mapMembers(object: JsonObject, mappings: Readonly<Record<string, MapJson>>): JsonObject {
  let changed: JsonObject | undefined;
  for (const key of presentOf(object, Object.keys(mappings))) {
    const value = object[key] ?? null;
    const mapped = mappings[key]?.(value) ?? null;
    if (mapped !== value) {
      changed ??= { ...object };
      changed[key] = mapped;
    }
  }
  return changed ?? object;
}

/** Those of a few names that an object has, in the object's order: calls are found in the order of the text. */
function presentOf(object: JsonObject, names: readonly string[]): readonly string[] {
  const present = names.filter((name) => Object.hasOwn(object, name));
  return present.length < 2 ? present : Object.keys(object).filter((key) => present.includes(key));
}

/** Maps every member of an object; the object itself where nothing changes. */
export function mapAllMembers(object: JsonObject, map: (key: string, value: Json) => Json): JsonObject {
  let changed: Map<string, Json> | undefined;
  for (const [key, value] of Object.entries(object)) {
    const mapped = map(key, value);
    if (mapped !== value) {
      changed ??= new Map(Object.entries(object));
      changed.set(key, mapped);
    }
  }
  return changed === undefined ? object : Object.fromEntries(changed);
}

/** Maps an object; anything else stays as it is. */
export function inObject(map: (object: JsonObject) => Json): MapJson {
  return (value) => (isJsonObject(value) ? map(value) : value);
}

/** Maps the items of a list, the list itself where none changes; anything else stays as it is. */
export function inList(map: MapJson): MapJson {
  return (value) => {
    if (!Array.isArray(value)) {
      return value;
    }
    const mapped = value.map(map);
    return mapped.every((item, at) => item === value[at]) ? value : mapped;
  };
}

/** An object without some of its members. */
export function omit(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
}
