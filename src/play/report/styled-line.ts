/** How a piece of text looks; SGR codes of ECMA-48. */
const codes = { plain: '', bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
export type Look = keyof typeof codes;

/** A piece of a line. It has no control characters: see `printable`. */
export interface Piece {
  readonly text: string;
  readonly look: Look;
}

/** The line as a terminal takes it, cut to its columns with an ellipsis. */
export function styleLine(pieces: readonly Piece[], columns: number, isColoured: boolean): string {
  const total = pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
  let left = total <= columns ? columns : columns - 1;
  let line = '';
  for (const { text, look } of pieces) {
    const kept = cutTo(text, left);
    left -= widthOf(kept);
    line += isColoured && look !== 'plain' && kept !== '' ? `\x1b[${codes[look]}m${kept}\x1b[0m` : kept;
    if (kept !== text) {
      break;
    }
  }
  return total <= columns ? line : `${line}…`;
}

const invisible = /^[\p{M}\p{Cf}]$/u;
const wide =
  /^(\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}])$/u;

/** Columns of a text. Where terminals differ it says more rather than less: a line that is too long would wrap. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
  }
  return width;
}

function columnsOf(character: string): number {
  if (character < '\u0300') {
    return 1;
  }
  return invisible.test(character) ? 0 : wide.test(character) ? 2 : 1;
}

function cutTo(text: string, columns: number): string {
  let left = columns;
  let kept = '';
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) {
      break;
    }
    kept += character;
  }
  return kept;
}
