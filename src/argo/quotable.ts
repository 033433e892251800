/**
 * Argo substitutes an output into other templates by writing it with Go's strconv.Quote into JSON text
 * (https://github.com/argoproj/argo-workflows/blob/v4.1.2/util/template/simple_template.go). Go's quoting is not
 * JSON's: most of C0 and DEL become \x01 and the like, and characters beyond U+FFFF that Go does not print become
 * \U000e0067. Either ends the workflow in Error.
 */

/** All of C0 but \b \f \n \r \t, and DEL. */
const controls = /(?![\b\f\n\r\t])[\p{Cc}](?<![\u0080-\u009f])/u;

/** Whatever the rest has to be asked about: nearly no text has any of it. */
const delicate = /[\p{Cc}\u{10000}-\u{10ffff}]/u;

const astral = /[\u{10000}-\u{10ffff}]/gu;

/**
 * Blocks beyond U+FFFF that every Go prints which Argo 3.4 or newer was built with (Go 1.18, Unicode 13). Which
 * characters a Go prints depends on its version, so that whatever is not among these counts as unprintable: newer
 * characters, private use, tags, and what is not assigned.
 */
const printedByEveryGo =
  /[\u{1d400}-\u{1d454}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6c5}\u{1f900}-\u{1f978}\u{1f97a}-\u{1f9cb}\u{1f9cd}-\u{1f9ff}\u{20000}-\u{2a6d6}]/u;

/** Whether a text has nothing that the functions below look for. */
export function isPlain(text: string): boolean {
  return !delicate.test(text);
}

/** Whether Argo can substitute a text into other templates. */
export function isQuotable(text: string): boolean {
  return (
    isPlain(text) ||
    (!controls.test(text) &&
      (text.match(astral) ?? []).every((character) => printedByEveryGo.test(character)))
  );
}

/**
 * JSON text that means the same and that Argo can substitute, whatever Go prints: DEL and characters beyond U+FFFF
 * can only stand in a string there, and become escapes.
 */
export function toQuotableJson(json: string): string {
  return json
    .replace(/\u007f/g, escapeUnits)
    .replace(astral, (character) => (printedByEveryGo.test(character) ? character : escapeUnits(character)));
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');
}
