import type { Json, JsonObject } from '../../common/json.js';

/** Refuses a workflow with one sentence. */
export function refuse(sentence: string): never {
  throw new Error(sentence);
}

/** Refuses members whose meaning is not known here, rather than walk past them; a null one counts as absent. */
export function expectOnly(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).filter((key) => object[key] !== null && !known.includes(key));
  if (unknown.length > 0) {
    refuse(`${where} has ${unknown.join(', ')}, which is not followed here`);
  }
}

export function expectText(value: Json | undefined, what: string): string {
  if (typeof value !== 'string' || value === '') {
    return refuse(`${what} is missing or no text`);
  }
  return value;
}
