/** Text of others as it may stand on a terminal: control characters, which can move the cursor or hide text, as "?". */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, (found) =>
    /^[\n\t\r]+$/.test(found) ? ' ' : '?',
  );
}
