// Makes test/fake-driver-program/runs.jsonl: plays the example workflows through kfp-driver-server with a fake of KFP's
// driver that writes each run down, then drives a few that end badly. Needs a build: node scripts/record-runs.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputsOf } from '../test/fake-driver-program/replay.mjs';

const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'record-runs-'));
const file = join(folder, 'runs.jsonl');
const examples = readdirSync(pathOf('examples/workflows')).map((name) =>
  pathOf(`examples/workflows/${name}`),
);

record({ FAKE_DRIVER_EFFECTS: join(folder, 'effects') }, examples);
const good = readRuns();
rmSync(file);
for (const misbehaviour of ['verdict', 'panic']) {
  record({ FAKE_DRIVER_MISBEHAVE: misbehaviour, FAKE_DRIVER_MISBEHAVE_TASK: '' }, examples.slice(0, 1));
}
const runs = [...good, ...readRuns()];
writeFileSync(
  pathOf('test/fake-driver-program/runs.jsonl'),
  runs.map((run) => `${JSON.stringify(run)}\n`).join(''),
);
rmSync(folder, { recursive: true });
process.stdout.write(`${runs.length} runs\n`);

/** Plays workflows one after the other; a run that ends badly makes its workflow fail, as it should. */
function record(fake, workflows) {
  const program = pathOf('test/fake-driver-program/record.mjs');
  // As the recordings of KFP's real driver were made.
  const settings = { DRIVER_PROGRAM: program, CACHE_DISABLED: 'true' };
  const env = { ...process.env, ...fake, ...settings, RECORD_FILE: file };
  spawnSync(process.execPath, [pathOf('scripts/play-driver-server.mjs'), ...workflows], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** One run for each set of flags. */
function readRuns() {
  const runs = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const byInputs = new Map(runs.map((run) => [JSON.stringify(inputsOf(run.argv)), run]));
  return [...byInputs.values()];
}
