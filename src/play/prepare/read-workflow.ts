import { isJsonObject, type Json, type JsonObject } from '../../common/json.js';
import { anyString } from '../../workflow/go-text.js';
import { readManifest } from '../../workflow/read-manifest.js';
import type { Workflow, WorkflowMetadata } from '../../workflow/workflow.js';
import { checkWorkflow } from './check-workflow.js';

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
