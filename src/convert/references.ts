import { hash } from 'node:crypto';
import { type JsonObject, listOf, objectOf } from '../common/json.js';

/** The workflow parameters that a conversion adds, one for each distinct set of constant arguments. */
export interface References {
  /** Name of the parameter with this text: constant arguments as JSON. */
  add(constant: string): string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** So short because the name travels with each task, twice; longer where another parameter has it. */
const hashLengths = [8, 16, 64];

export function createReferences(spec: JsonObject): References {
  const existing = listOf(objectOf(spec['arguments'])['parameters']).map(objectOf);
  const values = new Map<unknown, unknown>(existing.map(({ name, value }) => [name, value]));
  const added: { name: string; value: string }[] = [];
  return {
    add: (value) => {
      const digest = hash('sha256', value);
      for (const length of hashLengths) {
        const name = `driver-${digest.slice(0, length)}`;
        if (!values.has(name)) {
          values.set(name, value);
          added.push({ name, value });
          return name;
        }
        if (values.get(name) === value) {
          return name;
        }
      }
      throw new Error('every name of a driver parameter is taken');
    },
    parameters: added,
  };
}
