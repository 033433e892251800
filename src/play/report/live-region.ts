import type { Writable } from 'node:stream';

/** Lines at the bottom of a terminal that are drawn again in place. */
export interface LiveRegion {
  /** Draws these lines instead of those of the last frame. None of them may be wider than the terminal. */
  draw(lines: readonly string[]): void;
  /** Writes lines that stay, above the region; what was drawn is gone. */
  keep(lines: readonly string[]): void;
  /** Removes what was drawn and shows the cursor again. */
  close(): void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseToEndOfLine = '\x1b[K';
const eraseBelow = '\x1b[J';
/** A terminal that knows it shows the frame only once it is whole: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';

/** One write per frame; lines are overwritten, not erased first, so that nothing flickers. */
export function createLiveRegion(output: Pick<Writable, 'write'>): LiveRegion {
  let drawn = 0;
  let isOpen = false;
  const home = (): string => (drawn === 0 ? '\r' : `\r\x1b[${drawn}A`);
  const overwrite = (lines: readonly string[]): string =>
    lines.map((line) => `${line}${eraseToEndOfLine}\n`).join('');
  const write = (text: string): void => {
    output.write(`${beginFrame}${isOpen ? '' : hideCursor}${text}${eraseBelow}${endFrame}`);
    isOpen = true;
  };
  return {
    draw: (lines) => {
      write(`${home()}${overwrite(lines)}`);
      drawn = lines.length;
    },
    keep: (lines) => {
      write(`${home()}${overwrite(lines)}`);
      drawn = 0;
    },
    close: () => {
      if (isOpen) {
        write(home());
        output.write(showCursor);
        drawn = 0;
        isOpen = false;
      }
    },
  };
}
