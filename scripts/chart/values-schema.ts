import type { ValuesEntry, ValuesLeaf } from './read-values.js';

export type Schema = Readonly<Record<string, unknown>>;

const map = (values: Schema) => ({ type: 'object', additionalProperties: values });
const list = (items: Schema) => ({ type: 'array', items });

/** What a line `@type` may say. */
const namedTypes: Readonly<Record<string, Schema>> = {
  object: { type: 'object' },
  'number or null': { type: ['number', 'null'] },
  'map of string': map({ type: 'string' }),
  'array of string': list({ type: 'string' }),
  'array of integer': list({ type: 'integer' }),
  'array of object': list({ type: 'object' }),
};

/**
 * The JSON schema of a chart's values, which Helm checks before it renders: unknown keys and wrong types are refused.
 * Draft 7: https://helm.sh/docs/topics/charts/#schema-files
 */
export function valuesSchema(title: string, entries: readonly ValuesEntry[]): Schema {
  const { properties, ...rest } = schemaOfGroup(entries);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...rest,
    properties: {
      ...(properties as Schema),
      global: { type: 'object', description: 'What Helm hands to a subchart; nothing here reads it.' },
    },
  };
}

function schemaOfGroup(entries: readonly ValuesEntry[]): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(entries.map((entry) => [entry.key, schemaOfEntry(entry)])),
  };
}

function schemaOfEntry(entry: ValuesEntry): Schema {
  if (entry.kind === 'group') {
    return schemaOfGroup(entry.entries);
  }
  const { description, fallback, words, pattern } = entry;
  return {
    description,
    ...(words === undefined ? schemaOfType(entry) : { enum: words }),
    ...(pattern !== undefined && { pattern }),
    default: fallback,
  };
}

function schemaOfType({ key, type, fallback }: ValuesLeaf): Schema {
  if (type !== undefined) {
    const schema = namedTypes[type];
    if (schema === undefined) {
      throw new Error(`the type of ${key} is "${type}": use one of ${knownTypes()}`);
    }
    return schema;
  }
  if (Number.isInteger(fallback)) {
    return { type: 'integer', minimum: 0 };
  }
  if (['string', 'boolean', 'number'].includes(typeof fallback)) {
    return { type: typeof fallback };
  }
  throw new Error(`the default of ${key} does not tell its type: say @type, one of ${knownTypes()}`);
}

function knownTypes(): string {
  return Object.keys(namedTypes).join('; ');
}
