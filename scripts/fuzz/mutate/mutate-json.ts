import { isJsonObject, type Json, type JsonObject } from '../../../src/common/json.js';
import type { Dice } from '../../chaos/dice.js';
import { canary, hostileNames, hostileTexts, hostileValues } from './hostile-values.js';

/** A place in a document: a member of an object or an item of a list. */
type Site =
  | { readonly holder: JsonObject; readonly key: string }
  | { readonly holder: Json[]; readonly key: number };

const mostSites = 20_000;
const longestText = 200_000;
const mostNesting = 700;
const mostMembers = 400;

/** Changes a document in one to four places, and returns it: always valid JSON, hardly ever a valid request. */
export function mutateJson(document: Json, dice: Dice): Json {
  const root: JsonObject = { document };
  for (let left = dice.pick([1, 1, 1, 2, 2, 3, 4]); left > 0; left -= 1) {
    const sites = sitesOf(root);
    // Half of the time near the root, where the fields are that mean something.
    const among = dice.chance(0.5) ? Math.min(sites.length, 40) : sites.length;
    const site = sites[dice.between(0, among - 1)];
    if (site !== undefined) {
      dice.pick(mutations)(site, dice, sites);
    }
  }
  return root['document'] ?? null;
}

/** Breadth first. */
function sitesOf(root: JsonObject): Site[] {
  const sites: Site[] = [{ holder: root, key: 'document' }];
  for (let at = 0; at < sites.length && sites.length < mostSites; at += 1) {
    const site = sites[at];
    const value = site === undefined ? null : read(site);
    if (Array.isArray(value)) {
      sites.push(...value.map((_item, key) => ({ holder: value, key })));
    } else if (isJsonObject(value)) {
      sites.push(...Object.keys(value).map((key) => ({ holder: value, key })));
    }
  }
  return sites;
}

function read({ holder, key }: Site): Json {
  if (Array.isArray(holder)) {
    return holder[key as number] ?? null;
  }
  return Object.hasOwn(holder, key) ? (holder[key] ?? null) : null;
}

function write({ holder, key }: Site, value: Json): void {
  // An assignment to __proto__ would not make a member.
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

type Mutation = (site: Site, dice: Dice, sites: readonly Site[]) => void;

const mutations: readonly [Mutation, ...Mutation[]] = [
  drop,
  drop,
  duplicate,
  replace,
  replace,
  replace,
  retype,
  retype,
  rename,
  copyFromElsewhere,
  copyFromElsewhere,
  editText,
  editText,
  editText,
  nest,
  widen,
  enlarge,
];

function drop({ holder, key }: Site): void {
  if (Array.isArray(holder)) {
    holder.splice(key as number, 1);
  } else if (key !== 'document') {
    delete holder[key];
  }
}

function duplicate(site: Site, dice: Dice): void {
  const copy = structuredClone(read(site));
  const { holder } = site;
  if (Array.isArray(holder)) {
    holder.splice(site.key as number, 0, copy);
  } else {
    const key = String(site.key);
    write({ holder, key: dice.pick([`${key}2`, key.toUpperCase(), `${key} `, `\ufeff${key}`]) }, copy);
  }
}

function replace(site: Site, dice: Dice): void {
  write(site, dice.pick(hostileValues)());
}

/** The same in another type. */
function retype(site: Site, dice: Dice): void {
  const value = read(site);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const number = Number(text);
  const listed = Array.isArray(value) ? Object.fromEntries(value.entries()) : [value];
  write(
    site,
    dice.pick<() => Json>([
      () => text,
      () => JSON.stringify(text),
      () => (Number.isFinite(number) ? number : text.length),
      () => value !== null,
      () => listed,
      () => ({ value }),
      () => parsed(text),
    ])(),
  );
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text.split(',');
  }
}

function rename(site: Site, dice: Dice): void {
  const value = read(site);
  const { holder } = site;
  if (!Array.isArray(holder)) {
    drop(site);
    write({ holder, key: dice.pick(hostileNames) }, value);
  }
}

/** Another field's value; never one with the canary, which could then rightly be shown. */
function copyFromElsewhere(site: Site, dice: Dice, sites: readonly Site[]): void {
  const source = sites[dice.between(0, sites.length - 1)];
  const text = source === undefined ? '' : JSON.stringify(read(source));
  if (text !== '' && text.length < longestText && !text.includes(canary)) {
    write(site, JSON.parse(text));
  }
}

/** Inside a text; where that is JSON, as KFP's specs are, in the document that it holds. */
function editText(site: Site, dice: Dice): void {
  const value = read(site);
  if (typeof value !== 'string') {
    replace(site, dice);
    return;
  }
  if (/^[[{]/.test(value) && dice.chance(0.7)) {
    write(site, JSON.stringify(mutateJson(parsed(value), dice)));
    return;
  }
  const at = dice.between(0, value.length);
  const inserted = dice.pick(hostileTexts);
  const rest = value.slice(dice.chance(0.5) ? at : Math.min(value.length, at + dice.between(1, 9)));
  write(site, `${value.slice(0, at)}${inserted}${rest}`);
}

function nest(site: Site, dice: Dice): void {
  const inList = dice.chance(0.5);
  let value = read(site);
  for (let depth = dice.pick([2, 30, 499, 501, mostNesting]); depth > 0; depth -= 1) {
    value = inList ? [value] : { a: value };
  }
  write(site, dice.chance(0.3) ? JSON.stringify(value) : value);
}

function widen(site: Site, dice: Dice): void {
  const count = dice.pick([20, 257, mostMembers]);
  const value = dice.pick(hostileValues)();
  const members = Array.from({ length: count }, (_, at): [string, Json] => [`key-${at}`, value]);
  write(site, dice.chance(0.5) ? Object.fromEntries(members) : members.map(([, member]) => member));
}

function enlarge(site: Site, dice: Dice): void {
  // Large ones take as much time as hundreds of others.
  const size = dice.chance(0.1) ? dice.pick([70_000, longestText]) : dice.pick([254, 513]);
  const unit = dice.pick(['x', 'é', '\u{1f600}', '"', '\\', '\0', '{', 'a,']);
  write(site, unit.repeat(Math.ceil(size / unit.length)));
}
