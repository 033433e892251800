import { codes, isSpace, skipPlain, skipSpace, unitsOf } from './json-units.js';

/** Deepest nesting of objects and arrays that is taken, in a body and in each JSON spec. */
export const deepestNesting = 500;

/** A member of a JSON object, as it stands in the text. */
export interface Member {
  readonly key: string;
  /** The member's value, byte for byte as it was written. */
  readonly text: string;
}

/** What one look at a JSON text finds below a path of keys. */
export interface MembersBelow {
  /** Of the object at the end of the path, in their order, duplicates included; none where there is no object. */
  readonly members: readonly Member[];
  /** For each key of the path how often its object has it; the last one counts, as for JSON.parse. */
  readonly times: readonly number[];
  /** As `nestingOf` says of the whole text. */
  readonly nesting: number;
}

/** The members of the JSON object that `text` is, in their order, duplicates included. `text` must be valid JSON. */
export function objectMembers(text: string): readonly Member[] {
  return membersBelow(text, []).members;
}

/** Goes down a path of keys, looking at each character once. `text` must be valid JSON. */
export function membersBelow(text: string, path: readonly string[]): MembersBelow {
  const units = unitsOf(text);
  const reader = new JsonReader(text, units);
  const times = path.map(() => 0);
  let members: Member[] = [];
  const readObject = (start: number, level: number): number =>
    reader.readObject(start, level + 1, (key, at) => {
      if (level === path.length) {
        const end = reader.endOfValue(at, level + 1);
        members.push({ key, text: text.slice(at, end) });
        return end;
      }
      if (key !== path[level]) {
        return reader.endOfValue(at, level + 1);
      }
      times[level] = (times[level] ?? 0) + 1;
      times.fill(0, level + 1);
      members = [];
      return units[at] === codes.openBrace ? readObject(at, level + 1) : reader.endOfValue(at, level + 1);
    });
  const start = skipSpace(units, 0);
  if (units[start] === codes.openBrace) {
    readObject(start, 0);
  } else {
    reader.endOfValue(start, 0);
  }
  return { members, times, nesting: reader.nesting };
}

/** Finds the ends of values, and remembers how deep they were. */
class JsonReader {
  readonly #text: string;
  readonly #units: Uint16Array;
  nesting = 0;

  constructor(text: string, units: Uint16Array) {
    this.#text = text;
    this.#units = units;
  }

  /** Calls back for each member with where its value begins, to be told where it ends. Returns the object's end. */
  readObject(start: number, depth: number, onMember: (key: string, at: number) => number): number {
    const units = this.#units;
    this.nesting = depth > this.nesting ? depth : this.nesting;
    let at = skipSpace(units, start + 1);
    while (units[at] === codes.quote) {
      const keyEnd = endOfString(units, at);
      const valueStart = skipSpace(units, skipSpace(units, keyEnd) + 1);
      at = skipSpace(units, onMember(keyOf(this.#text, at, keyEnd), valueStart));
      if (units[at] === codes.comma) {
        at = skipSpace(units, at + 1);
      }
    }
    return at + 1;
  }

  /** Index after the value that begins at `start`; `depth` objects and arrays stand around it. */
  endOfValue(start: number, depth: number): number {
    const units = this.#units;
    let inside = 0;
    for (let at = start; at < units.length; at += 1) {
      const code = units[at];
      if (code === codes.quote) {
        at = endOfString(units, at) - 1;
      } else if (code === codes.openBrace || code === codes.openBracket) {
        inside += 1;
        this.nesting = depth + inside > this.nesting ? depth + inside : this.nesting;
      } else if (code === codes.closeBrace || code === codes.closeBracket) {
        inside -= 1;
        if (inside < 0) {
          return trimEnd(units, start, at);
        }
      } else if (code === codes.comma && inside === 0) {
        return trimEnd(units, start, at);
      }
    }
    return trimEnd(units, start, units.length);
  }
}

/** Keys without escapes, nearly all, stand in the text as they are. */
function keyOf(text: string, start: number, end: number): string {
  const written = text.slice(start, end);
  return written.includes('\\') ? JSON.parse(written) : written.slice(1, -1);
}

/** How many objects and arrays of valid JSON stand inside each other: 0 for a string, 1 for []. */
export function nestingOf(text: string): number {
  const reader = new JsonReader(text, unitsOf(text));
  reader.endOfValue(0, 0);
  return reader.nesting;
}

/** Index after the closing quote of the string that begins at `start`. */
function endOfString(units: Uint16Array, start: number): number {
  let at = skipPlain(units, start + 1);
  while (units[at] === codes.backslash) {
    at = skipPlain(units, at + 2);
  }
  return at + 1;
}

function trimEnd(units: Uint16Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(units[at - 1])) {
    at -= 1;
  }
  return at;
}
