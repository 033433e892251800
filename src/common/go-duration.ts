const unitMs = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * Milliseconds of a Go duration ("500ms", "1m30s"). Throws an Error with Go's own text for anything else.
 * https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDurationMs(text: string): number {
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') {
    return 0;
  }
  if (unsigned === '') {
    throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  }
  let totalMs = 0;
  let rest = unsigned;
  while (rest !== '') {
    const [all = '', number = '', unit = ''] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (all === '') {
      throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
    }
    if (unit === '') {
      throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
    }
    const perUnitMs = unitMs.get(unit);
    if (perUnitMs === undefined) {
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    }
    totalMs += Number(number) * perUnitMs;
    rest = rest.slice(all.length);
  }
  return text.startsWith('-') ? -totalMs : totalMs;
}
