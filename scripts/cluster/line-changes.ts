/**
 * The lines that differ between two texts, by longest common subsequence: `-` of the first, `+` of the second, with the
 * hunks apart by an empty line.
 */
export function lineChanges(before: string, after: string): string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const lengths = commonLengths(a, b);
  const changes: string[] = [];
  let isOpen = false;
  const change = (line: string) => {
    if (!isOpen && changes.length > 0) {
      changes.push('');
    }
    isOpen = true;
    changes.push(line);
  };
  for (let [i, j] = [0, 0]; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      isOpen = false;
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      change(`-${a[i++]}`);
    } else {
      change(`+${b[j++]}`);
    }
  }
  return changes;
}

function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = rows[i];
      if (row !== undefined) {
        row[j] =
          a[i] === b[j] ? at(rows, i + 1, j + 1) + 1 : Math.max(at(rows, i + 1, j), at(rows, i, j + 1));
      }
    }
  }
  return rows;
}

function at(rows: readonly Uint32Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
