import { type Json, type JsonObject, presentKeys } from '../json.js';

/** Refuses a workflow with one sentence. */
export function refuse(sentence: string): never {
  throw new Error(sentence);
}

/** Refuses members whose meaning is not known here, rather than walk past them. */
export function expectOnly(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = presentKeys(object).filter((key) => !known.includes(key));
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
