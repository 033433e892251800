/** A control sequence with its number and its name, or one character. */
const tokens = /\p{Cc}\[\??(\d*)([A-Za-z])|[\s\S]/gu;

/** As much of a terminal as the live tree uses: lines that are overwritten, erased and scrolled, and no wrapping. */
export function createScreen(columns: number) {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  let all = '';
  const actions: Readonly<Record<string, (count: number) => void>> = {
    A: (count) => {
      row -= count;
    },
    K: () => lines[row]?.splice(column),
    J: () => {
      lines[row]?.splice(column);
      lines.splice(row + 1);
    },
    m: () => {},
    h: () => {},
    l: () => {},
  };
  const write = (text: string): boolean => {
    all += text;
    for (const [token, count, name] of text.matchAll(tokens)) {
      if (name !== undefined) {
        const action = actions[name];
        if (action === undefined) {
          throw new Error(`an unknown sequence ${JSON.stringify(token)}`);
        }
        action(Number(count || '1'));
      } else if (token === '\n') {
        row += 1;
        column = 0;
        lines[row] ??= [];
      } else if (token === '\r') {
        column = 0;
      } else {
        const line = lines[row];
        if (line === undefined) {
          throw new Error('the cursor left the screen');
        }
        line[column] = token;
        column += 1;
      }
      if (column > columns * 3) {
        throw new Error('a line that no terminal holds');
      }
    }
    return true;
  };
  return {
    write,
    /** Everything that was written. */
    written: () => all,
    /** What stands on the screen, without the line of the cursor. */
    lines: () => lines.slice(0, -1).map((line) => line.join('')),
  };
}
