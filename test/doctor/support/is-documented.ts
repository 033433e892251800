import { readFileSync } from 'node:fs';

const docs = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');

/** What docs/doctor.md says below the heading of a check; empty where there is none. */
export function sectionOf(id: string): string {
  const [, after = ''] = docs.split(new RegExp(`^### ${id}$`, 'm'));
  return after.split(/^##/m)[0] ?? '';
}

/** Whether the docs have a failure word for word, but for what stands in <...>, below the heading that it hints at. */
export function isDocumented(hint: string, sentence: string): boolean {
  const lines = sectionOf(hint.split('#')[1] ?? '')
    .split('\n')
    .filter((line) => /^[✗!] /.test(line))
    .map((line) => line.slice(2));
  return lines.some((line) => {
    const parts = line.split(/<[^>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(sentence);
  });
}
