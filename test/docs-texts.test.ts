import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricTables } from '../scripts/docs/metric-tables.js';
import type { MetricTable } from '../src/admin/metric.js';
import type { SettingsTable } from '../src/common/settings.js';
import { callReasons, statuses } from '../src/server/metrics/call-reasons.js';
import { serverSettings } from '../src/server/server-settings.js';
import { sidecarSettings } from '../src/sidecar/sidecar-settings.js';
import { webhookSettings } from '../src/webhook/webhook-settings.js';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
/** The text of sources as their reader sees it: strings that go on in the next line are one, quotes are not escaped. */
const asWritten = (text: string) => text.replace(/['`] \+\s+['`]/g, '').replaceAll("\\'", "'");
const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('play/'))
  .map((file) => asWritten(read(`src/${file}`)))
  .join('\n');

/** Texts of others, with where they come from. */
const foreign: Readonly<Record<string, string>> = {
  'no plugin executed the template': 'Argo: workflow/executor/agent.go',
  'two tasks have the same task name': 'KFP: backend/src/v2/metadata/client.go',
};

function quotedTexts(cells: readonly string[]): string[] {
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text));
}

function piecesOf(text: string): string[] {
  return text.split(/,? ?\.\.\.,? ?/).filter((piece) => /\w{3}/.test(piece));
}

test('each text that docs/troubleshooting.md explains is one that this project says, word for word', () => {
  const page = read('docs/troubleshooting.md');
  const firstCells = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ')[0] ?? '');
  const texts = quotedTexts(firstCells);
  assert.ok(texts.length > 35);
  assert.deepEqual(
    texts.filter(
      (text) => foreign[text] === undefined && !piecesOf(text).every((piece) => sources.includes(piece)),
    ),
    [],
  );
});

test('each line of a log that docs/operations.md names is one that this project writes', () => {
  const lines = [...read('docs/operations.md').matchAll(/\b[Ll]ine `([^`]+)`/g)].map(([, text = '']) => text);
  assert.ok(lines.length >= 6);
  assert.deepEqual(
    lines.filter((line) => !sources.includes(`'${line}'`)),
    [],
  );
});

test('each setting, status and reason that the pages for operators name is one that there is', () => {
  const settings = [sidecarSettings, serverSettings, webhookSettings].flatMap((table: SettingsTable) =>
    Object.values(table).map(({ env }) => env),
  );
  const argo = ['DEFAULT_REQUEUE_TIME', 'ARGO_AGENT_PATCH_RATE', 'ARGO_AGENT_TASK_WORKERS'];
  const openTelemetry = ['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const known = new Set<string>([...settings, ...callReasons, ...statuses, ...argo, ...openTelemetry]);
  const shouts = /\b[A-Z]{2,}(?:_[A-Z]+)+\b/g;
  const unknown = ['operations', 'security', 'troubleshooting'].flatMap((page) =>
    [...read(`docs/${page}.md`).matchAll(shouts)]
      .map(([word]) => word)
      .filter((word) => !known.has(word) && word !== 'REQUEST_ID'),
  );
  assert.deepEqual([...new Set(unknown)], []);
});

test('each metric that docs/operations.md asks for is one that there is', () => {
  const known = new Set(
    Object.values(metricTables).flatMap((table: MetricTable) => Object.values(table).map(({ name }) => name)),
  );
  const named = [...read('docs/operations.md').matchAll(/\bdriver_plugin_\w+/g)].map(([name]) => name);
  assert.ok(named.length > 40);
  assert.deepEqual(
    named.filter((name) => !known.has(name) && !known.has(name.replace(/_bucket$/, ''))),
    [],
  );
});

test('every claim of docs/security.md names a test that is there, by its file and title', () => {
  const page = read('docs/security.md');
  const named = [...page.matchAll(/\*\((test\/[\w/.-]+\.test\.ts): ([^\n]+?)\)\*/g)];
  assert.ok(named.length > 35);
  assert.equal(named.length, page.split('*(').length - 1);
  assert.deepEqual(
    named
      .filter(([, file = '', title = '']) => !existsSync(new URL(file, root)) || !hasTest(file, title))
      .map(([claim]) => claim),
    [],
  );
  const claims = page.split('\n').filter((line) => line.startsWith('- '));
  assert.deepEqual(
    claims.filter((claim) => !claim.includes('*(test/')),
    [],
  );
});

function hasTest(file: string, title: string): boolean {
  const text = asWritten(read(file));
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) =>
    ['test', 'it', 'onBoth'].some((name) => text.includes(`${name}(${quoted}`)),
  );
}
