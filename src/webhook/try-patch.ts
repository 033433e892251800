import { applyPatch } from 'rfc6902';
import type { Json, JsonObject } from '../common/json.js';

/** One operation of a JSON Patch, as RFC 6902 has them. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/**
 * What a library makes of an object by a JSON Patch; undefined where an operation does not apply. The object itself stays
 * as it is: what an operation changes is copied first, member by member, and all else is shared. A copy of the whole
 * would take as long as the patch.
 */
export function tryPatch(before: JsonObject, patch: readonly PatchOperation[]): JsonObject | undefined {
  const result = { ...before };
  const copies = new WeakSet<object>();
  for (const operation of patch) {
    copyContainers(result, operation.path, copies);
    if (applyPatch(result, [operation])[0] !== null) {
      return undefined;
    }
  }
  return result;
}

/** Names that the library steps over, and stays where it is. */
const steppedOver: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Puts copies, one level deep, in the place of the objects and lists that lead to what a path names. */
function copyContainers(root: JsonObject, path: string, copies: WeakSet<object>): void {
  let container: Record<string, Json> | Json[] = root;
  for (const token of path.split('/').slice(1, -1)) {
    const key = token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
    if (steppedOver.includes(key)) {
      continue;
    }
    const inside: Json | undefined = Object.hasOwn(container, key) ? Reflect.get(container, key) : undefined;
    if (typeof inside !== 'object' || inside === null) {
      return;
    }
    const copy: Record<string, Json> | Json[] = copies.has(inside) ? inside : copyOf(inside);
    copies.add(copy);
    Reflect.set(container, key, copy);
    container = copy;
  }
}

function copyOf(container: Json[] | JsonObject): Json[] | JsonObject {
  return Array.isArray(container) ? [...container] : { ...container };
}
