import { isJsonObject, type Json, type JsonObject } from '../common/json.js';
import { isEqual } from './is-equal.js';
import { type PatchOperation, tryPatch } from './try-patch.js';

/**
 * The text of the JSON Patch that makes `after` of `before`, or undefined where a patch, applied, does not. The API server
 * takes a patch that decodes and does not apply for a reason to refuse the object, whatever the failurePolicy
 * (https://github.com/kubernetes/kubernetes/issues/129459), so it is tried here first.
 */
export function makePatch(before: JsonObject, after: JsonObject): string | undefined {
  const patch: PatchOperation[] = [];
  compare(before, after, '', patch);
  const tried = tryPatch(before, patch);
  return tried !== undefined && isEqual(tried, after) ? JSON.stringify(patch) : undefined;
}

/**
 * Our own, because the libraries' are not for a megabyte: rfc6902 compares every item of a list with every other
 * (minutes for 1,000 templates), and fast-json-patch rewrites all that stands behind an item that was put in between.
 */
function compare(before: Json, after: Json, path: string, patch: PatchOperation[]): void {
  if (before === after) {
    return;
  }
  if (isJsonObject(before) && isJsonObject(after)) {
    compareObjects(before, after, path, patch);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(before, after, path, patch);
  } else {
    patch.push({ op: 'replace', path, value: after });
  }
}

function compareObjects(before: JsonObject, after: JsonObject, path: string, patch: PatchOperation[]): void {
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) {
      patch.push({ op: 'remove', path: join(path, key) });
    }
  }
  for (const key of Object.keys(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    const value = after[key] ?? null;
    if (old === undefined) {
      patch.push({ op: 'add', path: join(path, key), value });
    } else if (old !== value) {
      compare(old, value, join(path, key), patch);
    }
  }
}

const fewItems = 32;

/** Lists of Argo's are lists of named things: what has the same name is compared, whatever came in between. */
function compareLists(
  before: readonly Json[],
  after: readonly Json[],
  path: string,
  patch: PatchOperation[],
): void {
  if (before.length === after.length && before.every((item, at) => nameOf(item) === nameOf(after[at]))) {
    compareByIndex(before, after, path, patch);
    return;
  }
  if (before.length !== after.length && after.length <= fewItems && after.every(isFlat)) {
    // One operation instead of several, each of which is tried.
    patch.push({ op: 'replace', path, value: [...after] });
    return;
  }
  const head = lengthOfSameHead(before, after);
  const [oldNames, newNames] = [namesOf(before, head), namesOf(after, head)];
  if (oldNames === undefined || newNames === undefined || !isAligned(oldNames, newNames)) {
    compareByIndex(before, after, path, patch);
  } else {
    compareByName(before, after, oldNames, newNames, path, patch);
  }
}

/** How many items both lists begin with: a conversion puts its parameters behind hundreds of others. */
function lengthOfSameHead(before: readonly Json[], after: readonly Json[]): number {
  const at = before.findIndex((item, index) => item !== after[index]);
  return at === -1 ? before.length : at;
}

type Names = ReadonlyMap<string, number>;

/** Index by name, from an index on; undefined where an item has none, or one that another has. */
function namesOf(list: readonly Json[], from: number): Names | undefined {
  const names = new Map<string, number>();
  for (let at = from; at < list.length; at += 1) {
    const name = nameOf(list[at]);
    if (typeof name !== 'string' || names.has(name)) {
      return undefined;
    }
    names.set(name, at);
  }
  return names;
}

function nameOf(item: Json | undefined): Json | undefined {
  return isJsonObject(item) ? item['name'] : undefined;
}

/** Whether what is in both lists has the same order in both. */
function isAligned(oldNames: Names, newNames: Names): boolean {
  let last = -1;
  for (const name of newNames.keys()) {
    const at = oldNames.get(name);
    if (at !== undefined && at < last) {
      return false;
    }
    last = at ?? last;
  }
  return true;
}

function isFlat(item: Json): boolean {
  return isJsonObject(item) && Object.values(item).every((member) => typeof member !== 'object');
}

function compareByName(
  before: readonly Json[],
  after: readonly Json[],
  oldNames: Names,
  newNames: Names,
  path: string,
  patch: PatchOperation[],
): void {
  // From the end, so that no index moves before its turn.
  for (const [name, at] of [...oldNames].reverse()) {
    if (!newNames.has(name)) {
      patch.push({ op: 'remove', path: `${path}/${at}` });
    }
  }
  for (const [name, at] of newNames) {
    const oldAt = oldNames.get(name);
    const value = after[at] ?? null;
    if (oldAt === undefined) {
      patch.push({ op: 'add', path: `${path}/${at}`, value });
    } else {
      compare(before[oldAt] ?? null, value, `${path}/${at}`, patch);
    }
  }
}

function compareByIndex(
  before: readonly Json[],
  after: readonly Json[],
  path: string,
  patch: PatchOperation[],
): void {
  if (before.length !== after.length) {
    patch.push({ op: 'replace', path, value: [...after] });
    return;
  }
  for (const [at, item] of before.entries()) {
    compare(item, after[at] ?? null, `${path}/${at}`, patch);
  }
}

/** RFC 6901. */
function join(path: string, key: string): string {
  const escaped = /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
  return `${path}/${escaped}`;
}
