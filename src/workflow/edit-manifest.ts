import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../common/json.js';
import { readDocument, toJson } from './read-manifest.js';

/**
 * The text of a YAML or JSON document whose content `before` became `after`: what is the same keeps its order, quotes
 * and comments, so that a reviewer sees what changed. Reads its own text again and throws an Error if it says
 * anything else than `after`.
 */
export function editManifest(text: string, before: Json, after: Json): string {
  const candidates = /^\s*\{/.test(text)
    ? [() => editJson(text, after)]
    : [() => editYaml(text, before, after, keepFolds), () => editYaml(text, before, after, writeAnew)];
  for (const write of candidates) {
    const edited = write();
    if (isDeepStrictEqual(toJson(readDocument(edited)), after)) {
      return edited;
    }
  }
  throw new Error('its text cannot be written so that it is read as it was meant');
}

function editJson(text: string, after: Json): string {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '';
  return `${JSON.stringify(after, null, indent)}\n`;
}

/** Writes a document; `text` is what it was read from. */
type Write = (document: Document, text: string) => string;

function editYaml(text: string, before: Json, after: Json, write: Write): string {
  const document: Document = readDocument(text);
  document.contents = hasAliases(document)
    ? document.createNode(after)
    : edit(document, document.contents, before, after);
  return write(document, text);
}

const writeAnew: Write = (document, text) => {
  const indentsLists = !/^( *)[^\s#-][^\n]*:\n\1- /m.test(text);
  return document.toString({ lineWidth: 0, indentSeq: indentsLists });
};

/** The YAML library would write a quoted text of several lines in one: such lines are put back as they were. */
const keepFolds: Write = (document, text) => {
  const folded = new Map<string, string>();
  const mark = `folded-${createHash('sha256').update(text).digest('hex').slice(0, 16)}-`;
  visit(document, {
    Scalar: (_key, node) => {
      const source = node.range ? text.slice(node.range[0], node.range[1]) : '';
      if (source.includes('\n') && node.type !== 'BLOCK_FOLDED' && node.type !== 'BLOCK_LITERAL') {
        const token = `${mark}${folded.size}-`;
        folded.set(token, source);
        node.value = token;
        node.type = 'PLAIN';
        delete node.source;
      }
    },
  });
  const written = writeAnew(document, text);
  return written.replaceAll(new RegExp(`${mark}\\d+-`, 'g'), (token) => folded.get(token) ?? token);
};

/** What an alias stands for is written once: an edit of one place would be one of all. */
function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, (_key, node) => {
    if (isNode(node) && (isAlias(node) || ('anchor' in node && node.anchor !== undefined))) {
      found = true;
      return visit.BREAK;
    }
    return undefined;
  });
  return found;
}

function edit(document: Document, node: unknown, before: Json | undefined, after: Json): Node {
  if (isNode(node) && isDeepStrictEqual(before, after)) {
    return node;
  }
  if (isMap(node) && isJsonObject(before) && isJsonObject(after)) {
    return editMap(document, node, before, after);
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    return editSeq(document, node, before, after);
  }
  return document.createNode(after);
}

function editMap(document: Document, map: YAMLMap, before: JsonObject, after: JsonObject): YAMLMap {
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key: unknown = isPair(pair) && isNode(pair.key) ? pair.key.toJS(document) : pair.key;
    pairs.set(String(key), pair);
  }
  map.items = Object.entries(after).map(([key, value]) => {
    const pair = pairs.get(key);
    if (pair === undefined) {
      return document.createPair(key, value);
    }
    pair.value = edit(document, pair.value, before[key], value);
    return pair;
  });
  return map;
}

/** Items are the same if they are equal or have the same name: an item before them may be new. */
function editSeq(document: Document, seq: YAMLSeq, before: Json[], after: Json[]): YAMLSeq {
  const left = new Map(before.map((item, at) => [at, item]));
  const nodes = seq.items;
  seq.items = after.map((item) => {
    const found = [...left].find(([, old]) => isSameItem(old, item));
    if (found === undefined) {
      return document.createNode(item);
    }
    const [at, old] = found;
    left.delete(at);
    return edit(document, nodes[at], old, item);
  });
  return seq;
}

function isSameItem(one: Json, other: Json): boolean {
  const name = isJsonObject(one) ? one['name'] : undefined;
  return name !== undefined && isJsonObject(other) ? name === other['name'] : isDeepStrictEqual(one, other);
}
