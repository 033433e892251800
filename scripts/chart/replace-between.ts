/** Puts text between the comments `<!-- NAME: generated -->` and `<!-- NAME: end -->`. Throws where they are absent. */
export function replaceBetween(document: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`there is no ${start} before a ${end}`);
  }
  return `${document.slice(0, from)}${start}\n${text}\n${document.slice(to)}`;
}
