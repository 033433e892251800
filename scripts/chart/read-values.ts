import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** One key of values.yaml: a group of keys, or a value. */
export type ValuesEntry = ValuesGroup | ValuesLeaf;

export interface ValuesGroup {
  readonly kind: 'group';
  readonly key: string;
  readonly description: string;
  readonly entries: readonly ValuesEntry[];
}

export interface ValuesLeaf {
  readonly kind: 'leaf';
  readonly key: string;
  readonly description: string;
  readonly fallback: unknown;
  /** What the line `@type` says: see schemaOfType. */
  readonly type?: string;
  /** What the line `@enum` lists, read as YAML. */
  readonly words?: readonly unknown[];
  /** The regular expression of the line `@pattern`. */
  readonly pattern?: string;
}

const mark = /^@(type|enum|pattern) (.*)$/;

/**
 * Reads a chart's values.yaml with the comments above its keys. Throws an Error that names every value without a
 * description and every comment that it cannot read.
 */
export function readValues(text: string): readonly ValuesEntry[] {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new Error(`values.yaml is no map of YAML: ${document.errors.map(String).join('; ')}`);
  }
  const faults: string[] = [];
  const entries = readMap(document.contents, '', faults);
  if (faults.length > 0) {
    throw new Error(faults.join('\n'));
  }
  return entries;
}

function readMap(map: YAMLMap, path: string, faults: string[]): ValuesEntry[] {
  return map.items.map((pair, index) => {
    // The parser hands the comment of the first key to its map.
    const comment = commentOf(pair) ?? (index === 0 ? (map.commentBefore ?? '') : '');
    return readPair(pair, path, comment, faults);
  });
}

function readPair({ key, value }: Pair, path: string, comment: string, faults: string[]): ValuesEntry {
  const name = isScalar(key) ? String(key.value) : String(key);
  const here = path === '' ? name : `${path}.${name}`;
  const lines = lastParagraph(comment);
  const marks = new Map(lines.flatMap((line) => markOf(line)));
  const description = lines.filter((line) => markOf(line).length === 0).join(' ');
  if (isMap(value) && value.items.length > 0 && !marks.has('type')) {
    return { kind: 'group', key: name, description, entries: readMap(value, here, faults) };
  }
  if (description === '') {
    faults.push(`${here} has no description: write a comment above it`);
  }
  const words = marks.get('enum');
  const type = marks.get('type');
  const pattern = marks.get('pattern');
  return {
    kind: 'leaf',
    key: name,
    description,
    fallback: toPlain(value),
    ...(type !== undefined && { type }),
    ...(words !== undefined && { words: parseDocument(`[${words}]`).toJS() as unknown[] }),
    ...(pattern !== undefined && { pattern }),
  };
}

function markOf(line: string): [string, string][] {
  const [, name, text] = mark.exec(line) ?? [];
  return name === undefined || text === undefined ? [] : [[name, text]];
}

function commentOf({ key }: Pair): string | undefined {
  return isScalar(key) && key.commentBefore != null ? key.commentBefore : undefined;
}

function lastParagraph(comment: string): string[] {
  const lines = comment.split('\n').map((line) => line.trim());
  return lines.slice(lines.lastIndexOf('') + 1);
}

function toPlain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'toJSON' in value
    ? (value as { toJSON: () => unknown }).toJSON()
    : value;
}
