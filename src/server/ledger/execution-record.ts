import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isJsonObject } from '../../common/json.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { StoredExecution } from '../metadata-store/metadata-store.js';
import type { DrivenTask } from './driven-task.js';

/** What the ledger wrote onto an execution: whose it is, and its driver's answer. */
export interface ExecutionRecord {
  readonly requestId: string;
  readonly fingerprint: string;
  readonly node: string | undefined;
  /** The answer, compressed; answerOf unpacks it. */
  readonly packed: string;
}

/** Every property of ours begins so; KFP's own have other names. docs/durability.md lists them. */
const prefix = 'driver_plugin_';
/** JSON: {"request_id", "fingerprint", "node", "answer"}. Another form of it gets another number. */
export const recordProperty = `${prefix}record_v1`;
/** On an execution that was taken out of its DAG: "orphan" or "superseded". */
export const voidedProperty = `${prefix}voided_v1`;

/** KFP's UI reads all executions of a run every 10 s. An answer is some kilobytes; this is one gone wrong. */
export const maxRecordLength = 256 << 10;

/** zlib looks back this far, so more of a dictionary is of no use. */
const dictionaryBytes = 32_000;

/** The record's text, as it stands in its property. */
export function writeRecord(
  { requestId, fingerprint, node }: DrivenTask,
  request: ExecuteRequest__Output,
  response: Buffer,
): string {
  const answer = deflateRawSync(response, { level: 9, dictionary: dictionaryOf(request) }).toString('base64');
  return JSON.stringify({ request_id: requestId, fingerprint, node, answer });
}

/**
 * The record on an execution; undefined where the ledger never wrote one, "unreadable" for one of another version or
 * one that somebody else wrote.
 */
export function readRecord({ properties }: StoredExecution): ExecutionRecord | 'unreadable' | undefined {
  const names = Object.keys(properties).filter((name) => name.startsWith(`${prefix}record_`));
  if (names.length === 0) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(properties[recordProperty]?.string_value ?? '');
    if (!isJsonObject(value as never)) {
      return 'unreadable';
    }
    const { request_id, fingerprint, node, answer } = value as Record<string, unknown>;
    if (typeof request_id !== 'string' || typeof fingerprint !== 'string' || typeof answer !== 'string') {
      return 'unreadable';
    }
    const named = typeof node === 'string' ? node : undefined;
    return { requestId: request_id, fingerprint, node: named, packed: answer };
  } catch {
    return 'unreadable';
  }
}

/** The answer of a record, for a request of the same content; undefined for one that cannot be unpacked. */
export function answerOf(
  { packed }: ExecutionRecord,
  request: ExecuteRequest__Output,
  maxBytes: number,
): Buffer | undefined {
  try {
    return inflateRawSync(Buffer.from(packed, 'base64'), {
      dictionary: dictionaryOf(request),
      maxOutputLength: maxBytes,
    });
  } catch {
    return undefined;
  }
}

/**
 * What answer and request have in common is not kept twice: the answer is compressed against the specifications, which
 * any request for the same has again. Inside a pod spec patch a specification is text within JSON.
 */
function dictionaryOf({ kubernetes_config, task, component, container }: ExecuteRequest__Output): Buffer {
  const texts = [kubernetes_config, task, JSON.stringify(component ?? ''), container];
  return Buffer.from(texts.join('')).subarray(-dictionaryBytes);
}
