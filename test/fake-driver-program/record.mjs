#!/usr/bin/env node
// Runs driver.mjs with the arguments that it is given and writes the run down, one JSON line in RECORD_FILE in the form
// that replay.mjs replays: {workflow, argv, files, rc, error, stderr}. How test/fake-driver-program/runs.jsonl was made:
// scripts/record-runs.mjs.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pathFlags } from './replay.mjs';

const argv = process.argv.slice(2);
const driver = fileURLToPath(new URL('driver.mjs', import.meta.url));
const { status, stderr } = spawnSync(driver, argv, { encoding: 'utf8', maxBuffer: 1 << 26 });
const { RECORD_FILE } = process.env;
if (RECORD_FILE !== undefined && !argv.includes('-h')) {
  const files = Object.fromEntries(
    Object.entries(pathFlags)
      .map(([name, flag]) => [name, flagValue(flag)])
      .filter(([, path]) => path !== undefined && existsSync(path))
      .map(([name, path]) => [name, readFileSync(path, 'utf8')]),
  );
  const outputs = Object.values(pathFlags).map((flag) => [flagValue(flag), flag]);
  const shown = argv.map((arg) => {
    const [, flag] = outputs.find(([path]) => path !== undefined && arg.endsWith(`=${path}`)) ?? [];
    return flag === undefined ? arg : `--${flag}=OUT/${flag}`;
  });
  const error = stderr.split('\n').filter((line) => line.includes('KFP driver: '));
  const record = { workflow: flagValue('run_name') ?? '', argv: shown, files, rc: status, error, stderr };
  appendFileSync(RECORD_FILE, `${JSON.stringify(record)}\n`);
}
process.stderr.write(stderr, () => process.exit(status ?? 1));

function flagValue(flag) {
  return argv.find((arg) => arg.startsWith(`--${flag}=`))?.slice(`--${flag}=`.length);
}
