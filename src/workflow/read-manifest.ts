import { type Document, parseAllDocuments, type Tags } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../common/json.js';
import { indentQuotedLines } from './indent-quoted-lines.js';

/**
 * A workflow's YAML or JSON as an object, read as Kubernetes reads it. Throws an Error of one sentence.
 */
export function readManifest(text: string): JsonObject {
  const manifest = toJson(readDocument(text));
  if (!isJsonObject(manifest) || manifest['kind'] !== 'Workflow') {
    throw new Error('it is no Argo Workflow (kind: Workflow)');
  }
  return manifest;
}

/** One YAML or JSON document, read as Kubernetes reads it. Throws an Error of one sentence. */
export function readDocument(text: string): Document.Parsed {
  const asWritten = parseDocument(text);
  const document = asWritten.errors.length === 0 ? asWritten : parseDocument(indentQuotedLines(text));
  const [fault] = document.errors.length === 0 ? [] : asWritten.errors;
  if (fault !== undefined) {
    throw new Error(`it is no YAML: ${fault.message.split('\n')[0]}`);
  }
  return document;
}

/** A document's content as JSON data. Throws an Error of one sentence for a number that JSON cannot carry. */
export function toJson(document: Document.Parsed): Json {
  return exactNumbers(document.toJS({ maxAliasCount: 1000 }));
}

function parseDocument(text: string): Document.Parsed {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: likeGo,
    intAsBigInt: true,
    logLevel: 'silent',
  });
  const [document] = documents;
  if (documents.length !== 1 || document === undefined) {
    throw new Error(`it holds ${documents.length} YAML documents, where one workflow is expected`);
  }
  return document;
}

/** Kubernetes reads YAML 1.1 but leaves times, and numbers like 1:30, as text. */
function likeGo(tags: Tags): Tags {
  const asText = ['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary'];
  return tags.filter(
    (tag) =>
      typeof tag === 'string' || !(asText.includes(tag.tag) || ('format' in tag && tag.format === 'TIME')),
  );
}

function exactNumbers(value: unknown): Json {
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) {
      throw new Error(`its number ${value} is too large to be carried exactly; write it as text`);
    }
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map(exactNumbers);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exactNumbers(member)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
