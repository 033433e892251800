import { errorText } from '../../common/error-text.js';
import { isJsonObject, type JsonObject } from '../../common/json.js';
import type { Conversion } from '../../convert/conversion.js';
import type { ConvertOptions } from '../../convert/convert-options.js';
import { convertWorkflow } from '../../convert/convert-workflow.js';
import { editManifest } from '../../workflow/edit-manifest.js';
import { readDocument, toJson } from '../../workflow/read-manifest.js';
import { type PendingBytes, pendingBytesOf } from './pending-bytes.js';

/** What became of one document of a text. */
export interface ConvertedDocument {
  /** metadata.name or generateName; "" where it has none. */
  readonly name: string;
  readonly conversion: Conversion;
  /** Of a converted workflow. */
  readonly pending?: PendingBytes;
}

export interface ConvertedText {
  readonly text: string;
  readonly documents: readonly ConvertedDocument[];
}

/**
 * Converts every workflow in a text of one or more YAML documents, or one of JSON; all else stays byte for byte.
 * Throws an Error of one sentence for a text that cannot be read.
 */
export async function convertText(text: string, options: ConvertOptions): Promise<ConvertedText> {
  const documents: ConvertedDocument[] = [];
  const parts: string[] = [];
  for (const part of splitDocuments(text)) {
    const content = isEmpty(part) ? null : toJson(readDocument(part));
    if (!isJsonObject(content)) {
      parts.push(part);
      continue;
    }
    const converted = await convertDocument(part, content, options);
    parts.push(converted.text);
    documents.push(converted.document);
  }
  return { text: parts.join(''), documents };
}

/** The texts of the documents, each with the "---" that begins it: joined they are the whole text. */
function splitDocuments(text: string): readonly string[] {
  const parts = text.split(/^(?=---(?:[ \t\r\n]|$))/m);
  const [first = '', second, ...rest] = parts;
  // Comments and directives before the first "---" belong to it.
  return second !== undefined && isEmpty(first) ? [first + second, ...rest] : parts;
}

function isEmpty(part: string): boolean {
  return part.split('\n').every((line) => /^(\s*(#.*)?|%.*|---\s*(#.*)?|\.\.\.\s*)$/.test(line));
}

async function convertDocument(
  text: string,
  content: JsonObject,
  options: ConvertOptions,
): Promise<{ readonly text: string; readonly document: ConvertedDocument }> {
  const name = nameOf(content);
  const conversion = convertWorkflow(content, options);
  if (conversion.kind === 'left-alone') {
    return { text, document: { name, conversion } };
  }
  try {
    const edited = editManifest(text, content, conversion.workflow);
    const pending = await pendingBytesOf(content, conversion.workflow, options);
    return { text: edited, document: { name, conversion, pending } };
  } catch (error) {
    const reasons = [{ kind: 'unsuitable' as const, sentence: errorText(error) }];
    return { text, document: { name, conversion: { kind: 'left-alone', reasons } } };
  }
}

function nameOf({ metadata }: JsonObject): string {
  const { name, generateName } = isJsonObject(metadata) ? metadata : {};
  return [name, generateName].find((text) => typeof text === 'string' && text !== '')?.toString() ?? '';
}
