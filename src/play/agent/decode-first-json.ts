import { errorText } from '../../common/error-text.js';
/** JSON that ends too early: the agent takes it for a broken connection and asks again. */
export class TruncatedJson extends Error {
  constructor() {
    super('unexpected EOF');
    this.name = 'TruncatedJson';
  }
}

const token = /\s*(?:([{[])|([}\]])|"(?:[^"\\]|\\.)*"|[,:]|-?\d[\d.eE+-]*|true|false|null)/y;

const unfinishedToken = /^\s*(?:"(?:[^"\\]|\\.)*\\?|-|t|tr|tru|f|fa|fal|fals|n|nu|nul)?$/;

/**
 * The first JSON value of a text; like Go's decoder it ignores what follows. Throws TruncatedJson, or an Error with
 * the text that Go gives.
 */
export function decodeFirstJson(text: string): unknown {
  if (text.trim() === '') {
    throw new Error('EOF');
  }
  const value = text.slice(0, endOfFirstValue(text));
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Error(`invalid JSON: ${errorText(error)}`);
  }
}

function endOfFirstValue(text: string): number {
  let depth = 0;
  let position = 0;
  do {
    token.lastIndex = position;
    const match = token.exec(text);
    if (match === null) {
      throw unreadable(text.slice(position));
    }
    const [, opens, closes] = match;
    depth += (opens === undefined ? 0 : 1) - (closes === undefined ? 0 : 1);
    position = token.lastIndex;
  } while (depth > 0);
  return position;
}

function unreadable(rest: string): Error {
  if (unfinishedToken.test(rest)) {
    return new TruncatedJson();
  }
  return new Error(`invalid character '${rest.trimStart().charAt(0)}' looking for beginning of value`);
}
