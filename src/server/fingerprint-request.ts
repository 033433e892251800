import { createHash, type Hash } from 'node:crypto';
import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';

/** The ledger's key: a request_id counts within the workflow whose sidecar made it up. */
export function keyOfRequest({ workflow, request_id }: ExecuteRequest__Output): string {
  return JSON.stringify([workflow?.namespace, workflow?.uid, request_id]);
}

/**
 * Digest of what a request asks for: every field but its id and its untrusted overrides, absent told from empty,
 * whatever order the map's entries came in. The texts go into the hash one by one: a JSON text of the whole would take
 * ten times as long, and stop the event loop for a request of 4 MB.
 */
export function fingerprintOfRequest(request: ExecuteRequest__Output): string {
  const { request_id: _id, untrusted_overrides: _overrides, ...content } = request;
  return digestOf(content).toString('base64');
}

/** SHA-256 of a message, whatever the order of its entries. */
export function digestOf(message: object): Buffer {
  const hash = createHash('sha256');
  hashMessage(hash, message);
  return hash.digest();
}

/** Each text with its length before it, each message with its number of entries: no two contents are written alike. */
function hashMessage(hash: Hash, message: object): void {
  const entries = Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(`m${entries.length}:`);
  for (const [name, value] of entries) {
    hashText(hash, name);
    if (typeof value === 'object' && value !== null) {
      hashMessage(hash, value);
    } else if (typeof value === 'string') {
      hashText(hash, value);
    } else {
      hash.update(`v${value}:`);
    }
  }
}

function hashText(hash: Hash, text: string): void {
  hash.update(`t${Buffer.byteLength(text)}:`).update(text);
}
