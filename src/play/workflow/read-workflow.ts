import { type Document, parseAllDocuments, type Tags } from 'yaml';
import { anyString } from '../go/go-text.js';
import { isJsonObject, type Json, type JsonObject } from '../json.js';
import { checkWorkflow } from './check-workflow.js';
import { indentQuotedLines } from './indent-quoted-lines.js';
import type { Workflow, WorkflowMetadata } from './workflow.js';

/** What the API server makes of a workflow's name and adds to it. */
export type FixedMetadata = Omit<WorkflowMetadata, 'labels' | 'annotations'>;

/**
 * A workflow from YAML or JSON text, as Argo would hold it. Throws an Error of one sentence that names what a walk
 * cannot follow, and where it stands.
 */
export function readWorkflow(text: string, fixed: (inFile: NameInFile) => FixedMetadata): Workflow {
  const manifest = readManifest(text);
  const spec = normalizeParameters(withoutNulls(manifest['spec'] ?? null));
  const checked = checkWorkflow(spec);
  const own = isJsonObject(manifest['metadata']) ? manifest['metadata'] : {};
  return {
    metadata: {
      ...fixed(nameInFile(own)),
      ...(isJsonObject(own['labels']) ? { labels: texts(own['labels']) } : {}),
      ...(isJsonObject(own['annotations']) ? { annotations: texts(own['annotations']) } : {}),
    },
    spec: checked,
  };
}

export type NameInFile = Partial<Record<'name' | 'generateName' | 'namespace', string>>;

/** The metadata that a file itself gives; `generateName` is to be completed. */
function nameInFile(metadata: Json | undefined): NameInFile {
  const members = isJsonObject(metadata) ? metadata : {};
  const named: NameInFile = {};
  for (const key of ['name', 'generateName', 'namespace'] as const) {
    const value = members[key];
    if (typeof value === 'string' && value !== '') {
      named[key] = value;
    }
  }
  return named;
}

function readManifest(text: string): JsonObject {
  const asWritten = readDocument(text);
  const document = asWritten.errors.length === 0 ? asWritten : readDocument(indentQuotedLines(text));
  const [fault] = document.errors.length === 0 ? [] : asWritten.errors;
  if (fault !== undefined) {
    throw new Error(`it is no YAML: ${fault.message.split('\n')[0]}`);
  }
  const manifest = exactNumbers(document.toJS({ maxAliasCount: 1000 }));
  if (!isJsonObject(manifest) || manifest['kind'] !== 'Workflow') {
    throw new Error('it is no Argo Workflow (kind: Workflow)');
  }
  return manifest;
}

function readDocument(text: string): Document.Parsed {
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

/** A null member means an absent one, but for what stands in a plugin's own object. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([key, member]) => [
      key,
      key === 'plugin' || key === 'withItems' ? member : withoutNulls(member),
    ]),
  );
}

/** Parameter values may be written as numbers or booleans; Argo holds them as text. */
function normalizeParameters(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    return value.map((item) => (key === 'parameters' ? normalizeParameter(item) : normalizeParameters(item)));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'plugin' || name === 'withItems' ? member : normalizeParameters(member, name),
    ]),
  );
}

function normalizeParameter(parameter: Json): Json {
  if (!isJsonObject(parameter)) {
    return parameter;
  }
  const normalized: JsonObject = { ...parameter };
  for (const key of ['value', 'default']) {
    const text = anyString(parameter[key]);
    if (text !== undefined) {
      normalized[key] = text;
    }
  }
  const valueFrom = parameter['valueFrom'];
  if (isJsonObject(valueFrom) && valueFrom['default'] !== undefined) {
    normalized['valueFrom'] = { ...valueFrom, default: anyString(valueFrom['default']) ?? '' };
  }
  return normalized;
}

function texts(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, anyString(value) ?? '']));
}
