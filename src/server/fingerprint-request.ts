import { createHash } from 'node:crypto';
import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';

/** The ledger's key: a request_id counts within the workflow whose sidecar made it up. */
export function keyOfRequest({ workflow, request_id }: ExecuteRequest__Output): string {
  return JSON.stringify([workflow?.namespace, workflow?.uid, request_id]);
}

/**
 * Digest of what a request asks for: every field but its id and its untrusted overrides, absent told from empty,
 * whatever order the map's entries came in.
 */
export function fingerprintOfRequest(request: ExecuteRequest__Output): string {
  const { request_id: _id, untrusted_overrides: _overrides, ...content } = request;
  return createHash('sha256')
    .update(JSON.stringify(sortedEntries(content)))
    .digest('base64');
}

/** Entries instead of objects: their order can be fixed, and `__proto__` is a name like any other. */
export function sortedEntries(message: object): unknown[] {
  return Object.entries(message)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, typeof value === 'object' ? sortedEntries(value) : value]);
}
