import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { outcomes } from '../src/bridge/status-to-outcome.js';
import type { SettingsTable } from '../src/common/settings.js';
import { serverSettings } from '../src/server/server-settings.js';
import { sidecarSettings } from '../src/sidecar/sidecar-settings.js';
import { webhookSettings } from '../src/webhook/webhook-settings.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const programs: Readonly<Record<string, SettingsTable>> = {
  sidecar: sidecarSettings,
  server: serverSettings,
  webhook: webhookSettings,
};
for (const [program, settings] of Object.entries(programs)) {
  test(`docs/configuration.md has a row for each setting of the ${program}, with a reason, and no other`, () => {
    const [, table = ''] = read('docs/configuration.md').split(`<!-- ${program} settings: generated -->`);
    const [rows = ''] = table.split(`<!-- ${program} settings: end -->`);
    const documented = rows.split('\n').filter((row) => row.startsWith('| `'));
    assert.deepEqual(
      documented.map((row) => row.split('`')[1]),
      Object.values(settings).map(({ env }) => env),
    );
    assert.deepEqual(
      documented.filter((row) => /\| *(undefined)? *\|$/.test(row)),
      [],
    );
  });
}

test('docs/statuses.md has a row for each gRPC status with its outcome', () => {
  const rows = read('docs/statuses.md').split('\n');
  for (const [status, { phase, retry, meaning }] of Object.entries(outcomes)) {
    const row = rows.find((line) => line.startsWith(`| ${status} | `));
    assert.ok(row?.startsWith(`| ${status} | ${phase} | ${retry === 'never' ? 'no' : 'yes'}`), status);
    assert.ok(row?.endsWith(` | ${meaning} |`), status);
  }
});

test('every link of the README and of docs/ to a file, and to a heading of it, leads there', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
      .filter(([, file = '', heading]) => {
        const target = file === '' ? page : join(dirname(page), file);
        return !existsSync(join(root, target)) || (heading !== undefined && !hasHeading(target, heading));
      })
      .map(([link]) => `${page}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

/** As GitHub makes anchors of headings. */
function hasHeading(file: string, anchor: string): boolean {
  return read(file)
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    .includes(anchor);
}
