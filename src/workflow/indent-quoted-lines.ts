/** A quoted value, behind a key or a dash, at the end of a line's own indentation. */
const quotedValue = /^( *)(?:- +)*(?:[^'"\s#][^'"]*?: +)?(['"])/;

/**
 * Indents the continued lines of quoted YAML values below their key. Kubernetes' YAML reader takes them without, as
 * some hand-written workflows have them; the YAML specification does not. Their indentation is no content.
 */
export function indentQuotedLines(text: string): string {
  let open: { readonly quote: string; readonly indent: string } | undefined;
  const lines = text.split('\n').map((line) => {
    if (open !== undefined) {
      const indented = line.trim() === '' ? line : open.indent + line.trimStart();
      open = isClosedIn(line, open.quote) ? undefined : open;
      return indented;
    }
    const [all = '', indent = '', quote = ''] = quotedValue.exec(line) ?? [];
    if (quote !== '' && !isClosedIn(line.slice(all.length), quote)) {
      open = { quote, indent: `${indent}${' '.repeat(all.length - indent.length)}` };
    }
    return line;
  });
  return lines.join('\n');
}

function isClosedIn(text: string, quote: string): boolean {
  const content = quote === "'" ? text.replaceAll("''", '') : text.replaceAll(/\\./g, '');
  return content.includes(quote);
}
