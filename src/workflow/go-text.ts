/**
 * A string as Go's strconv.Quote writes it, without the quotes. Argo inserts parameter values into JSON text this
 * way, so a control character (`\x01`) makes its JSON invalid, in Argo as here.
 * https://pkg.go.dev/strconv#Quote
 */
export function goQuote(text: string): string {
  return text.toWellFormed().replace(/["\\]|[\p{C}\p{Z}]/gu, quoteCharacter);
}

const namedEscapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  [' ', ' '],
]);

function quoteCharacter(character: string): string {
  const named = namedEscapes.get(character);
  if (named !== undefined) {
    return named;
  }
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) {
    return `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** JSON text as Go's encoding/json writes it: `<`, `>`, `&` and the two line separators escaped. */
export function goJson(value: unknown): string {
  return escapeHtml(JSON.stringify(value));
}

/** JSON text with the escapes that encoding/json adds to it. */
export function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The text that Argo's AnyString makes of a JSON value: numbers and booleans become text, objects and lists become
 * "", null stays absent.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/pkg/apis/workflow/v1alpha1/anystring.go
 */
export function anyString(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'number':
      return plainNumber(value);
    case 'boolean':
      return String(value);
    default:
      return value === null || value === undefined ? undefined : '';
  }
}

/** A number without an exponent, as strconv.FormatFloat(value, 'f', -1, 64) writes it. */
function plainNumber(value: number): string {
  const text = String(value);
  const [mantissa = '', exponentText] = text.split('e');
  if (exponentText === undefined) {
    return text;
  }
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const exponent = Number(exponentText);
  if (exponent >= 0) {
    return sign + whole + fraction.padEnd(exponent, '0');
  }
  return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`;
}
