/** Any JSON value, as `JSON.parse` returns it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of an object's members that are neither absent nor null, as Kubernetes reads an object. */
export function presentKeys(value: JsonObject): string[] {
  return Object.keys(value).filter((key) => value[key] !== null);
}
