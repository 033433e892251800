/** Longest reason in a status message, in bytes. */
const maxReasonBytes = 500;
const maxQuoted = 80;

/** glog's fatal line with KFP's own beginning; the last one on stderr is the driver's last word. */
const lastWord = /^F\d{4}\b[^\n\]]*\] (?:KFP driver|Failed to execute driver): /gm;
/** What KFP puts before the cause. Its names are not quoted, so they are cut off by what the request says they are. */
const driverOpening = /^(?:failed to execute driver: )?driver\.\w+\(/;
const restOfOpening = /^(?:, \w+(?:=(?:"(?:[^"\\]|\\.)*"|-?\d+))?)*\) failed: /;
const unknownOpening = /^[^\n]*?\) failed: /;

/** The names of a request that KFP prints without quotes. */
export interface PrintedNames {
  readonly pipelineName: string;
  readonly runId: string;
}

/**
 * The cause in KFP's last line on stderr, without the list of names before it; undefined if KFP said nothing. It may
 * still hold specs: only for `shownReason` and for finding the platform's causes.
 */
export function driverReason(stderr: string, names: PrintedNames): string | undefined {
  const last = [...stderr.matchAll(lastWord)].at(-1);
  if (last === undefined) {
    return undefined;
  }
  const said = stderr.slice(last.index + last[0].length);
  return firstLine(withoutOpening(said, names));
}

function withoutOpening(said: string, names: PrintedNames): string {
  const opening = driverOpening.exec(said)?.[0];
  if (opening === undefined) {
    return said;
  }
  const rest = said.slice(opening.length);
  const printed = `pipelineName=${names.pipelineName}, runID=${names.runId}`;
  if (!rest.startsWith(printed)) {
    return rest.replace(unknownOpening, '');
  }
  return rest.slice(printed.length).replace(restOfOpening, '');
}

/** First line of a text, for people: specs and long quotes cut out, at most 500 bytes. */
export function shownReason(reason: string): string {
  const quotesCut = firstLine(reason).replace(/"(?:[^"\\]|\\.)*"/g, (quoted) =>
    quoted.length > maxQuoted + 2 || /[{}[\]]/.test(quoted) ? '"..."' : quoted,
  );
  const spaced = cutBraces(quotesCut)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return bounded(spaced, maxReasonBytes);
}

/** Everything between braces or brackets is a spec or a value; one that is never closed reaches to the end. */
function cutBraces(text: string): string {
  let depth = 0;
  let shown = '';
  for (const character of text) {
    if (character === '{' || character === '[') {
      if (depth === 0) {
        shown += `${character}...`;
      }
      depth += 1;
    } else if ((character === '}' || character === ']') && depth > 0) {
      depth -= 1;
      if (depth === 0) {
        shown += character;
      }
    } else if (depth === 0) {
      shown += character;
    }
  }
  return shown;
}

function bounded(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) {
    return text;
  }
  const ellipsis = '...';
  const cut = Buffer.from(text).subarray(0, maxBytes - ellipsis.length);
  // Streaming leaves out a character that the cut went through.
  return new TextDecoder().decode(cut, { stream: true }) + ellipsis;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
