import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allChecks } from '../../src/doctor/all-checks.js';
import { runCommand } from '../support/run-command.js';
import { sectionOf } from './support/is-documented.js';

const docs = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
const checks = allChecks(['pipeline-runner']);

test('every check has its heading in the docs, and every heading of a check its check', () => {
  const headings = [...docs.matchAll(/^### (\S+)$/gm)].map(([, id]) => id);
  assert.deepEqual(
    headings,
    checks.map(({ id }) => id),
  );
});

test('ids are unique, and each says in the docs what is well, word for word', () => {
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
  const missing = checks.filter(
    ({ id, well }) => !sectionOf(id).includes(`✓ ${well.replaceAll('pipeline-runner', 'ACCOUNT')}\n`),
  );
  assert.deepEqual(
    missing.map(({ id }) => id),
    [],
  );
});

test('the docs print the help as it is, below its first line, which has the version', async () => {
  const { stdout } = await runCommand(['doctor', '--help']);
  const usage = stdout.slice(stdout.indexOf('Usage: '));
  assert.ok(usage.includes('--pre') && docs.includes(`\`\`\`text\n${usage}\`\`\``));
});
