/** Longest text of one field, UTF-16 units; a stack has some 100 a frame. */
export const longestFieldText = 1_024;
/** Most units of all texts of a line: six bytes each at most, as JSON escapes them. */
const longestLine = 5_000;

type Line = Readonly<Record<string, unknown>> & { readonly level: string };

/** A line as `write` writes it, its texts cut to bounds. */
export function boundedText<Of extends Line>(line: Of, write: (line: Of) => string): string {
  const text = write(line);
  // Most lines are short, and none of their texts need be looked at.
  return text.length <= longestFieldText ? text : write(boundedLine(line));
}

/** A line whose texts are cut to bounds, the last facts first where all together are too long. */
export function boundedLine<Of extends Line>(line: Of): Of {
  let leftUnits = longestLine;
  for (const name of ['message', ...Object.keys(line).filter((each) => !ownNames.has(each))]) {
    const value = line[name];
    if (typeof value === 'string') {
      const bounded = cut(value, Math.min(longestFieldText, Math.max(0, leftUnits)));
      leftUnits -= bounded.length;
      if (bounded !== value) {
        (line as Record<string, unknown>)[name] = bounded;
      }
    }
  }
  return line;
}

/** What a line has beside its facts: the message is cut before them, and the others are short. */
const ownNames = new Set(['level', 'message', 'timestamp']);

function cut(text: string, units: number): string {
  return text.length <= units ? text : `${text.slice(0, Math.max(0, units - 3))}...`;
}

/** For people: time, level, message, then name=value; a value that is more than a word is quoted as in JSON. */
export function toTextLine({ timestamp, level, message, ...facts }: Line): string {
  const words = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${toWord(value)}`);
  return [timestamp, level.toUpperCase().padEnd(5), oneLine(String(message)), ...words].join(' ');
}

function toWord(value: unknown): string {
  const text = String(value);
  return /^[\w.:/@+[\]-]+$/.test(text) ? text : JSON.stringify(text).replace(unprintable, escaped);
}

/** What JSON leaves as it is and a terminal may take for more than text: DEL, C1, and marks that turn the direction. */
const unprintable = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(unprintable, ' ');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
