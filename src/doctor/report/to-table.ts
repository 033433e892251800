import { categories } from '../check.js';
import { countOutcomes, type Finding, type Outcome } from '../run-checks.js';
import type { Scope } from '../scope.js';

const marks: Readonly<Record<Outcome, string>> = { well: '✓', warning: '!', error: '✗', skipped: '-' };

/** Findings as text for people: a line each, the remedy below what is not well, and skips of one reason together. */
export function toTable(findings: readonly Finding[], scope: Scope): string {
  const blocks = categories.flatMap((category) => {
    const own = findings.filter((finding) => finding.category === category);
    const lines = [...own.flatMap(linesOf), ...skipLinesOf(own)];
    return lines.length === 0 ? [] : [[category, ...lines].join('\n')];
  });
  const { namespace, controllerNamespace } = scope;
  const head = `namespace ${namespace}, controller in ${controllerNamespace}`;
  return `${[head, ...blocks, summaryOf(findings)].join('\n\n')}\n`;
}

function linesOf({ hint, outcome, sentence, remedy = '' }: Finding): string[] {
  if (outcome === 'skipped') {
    return [];
  }
  const line = `  ${marks[outcome]} ${sentence}`;
  return outcome === 'well'
    ? [line]
    : [line, ...remedy.split('\n').map((command) => `      ${command}`), `      see ${hint}`];
}

function skipLinesOf(findings: readonly Finding[]): string[] {
  const skips = findings.filter(({ outcome }) => outcome === 'skipped');
  const reasons = new Set(skips.map(({ sentence }) => sentence));
  return [...reasons].map((reason) => {
    const names = skips
      .filter(({ sentence }) => sentence === reason)
      .map(({ id, subject }) => (subject === undefined ? id : `${id} (${subject})`));
    return `  ${marks.skipped} skipped ${names.join(', ')}: ${reason}`;
  });
}

function summaryOf(findings: readonly Finding[]): string {
  const { well, warning, error, skipped } = countOutcomes(findings);
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${well} well, ${count(warning, 'warning')}, ${count(error, 'error')}, ${skipped} skipped`;
}
