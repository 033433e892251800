// Holds the alerts against the real promtool, built from the Go module proxy: checks the rules, runs their unit tests,
// and lints a scrape of a real server and a real webhook. Skips without Go.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasGo, preparePromtool } from '../cluster/programs.js';
import { allAlerts } from './all-alerts.js';
import { scrapeBoth } from './scrape-both.js';
import { filledIn, unitTests } from './unit-tests.js';

const chart = new URL('../../../charts/driver-plugin/', import.meta.url);
const log = (line: string) => process.stdout.write(`${line}\n`);

if (await hasGo()) {
  const folder = mkdtempSync(join(tmpdir(), 'driver-plugin-alerts-'));
  try {
    process.exitCode = (await check(await preparePromtool(log), folder)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  log('alerts: skipped, promtool needs Go, and there is none');
}

async function check(promtool: string, folder: string): Promise<boolean> {
  const alerts = Object.values(allAlerts).flat();
  const groups = Object.keys(allAlerts);
  for (const group of groups) {
    const rules = filledIn(readFileSync(new URL(`rules/${group}.yaml`, chart), 'utf8'));
    // The chart has the groups alone, as a PrometheusRule takes them.
    writeFileSync(join(folder, `${group}.yaml`), `groups:\n${rules}`);
  }
  const ruleFiles = groups.map((group) => `${group}.yaml`);
  writeFileSync(join(folder, 'tests.yaml'), unitTests(alerts, ruleFiles));
  const results = [
    await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles], folder),
    await run(promtool, ['test', 'rules', 'tests.yaml'], folder),
    await run(promtool, ['check', 'metrics'], folder, await scrapeBoth()),
  ];
  const failed = results.filter((isGood) => !isGood).length;
  log(`alerts: ${alerts.length} alerts, ${failed === 0 ? 'all ok' : `${failed} checks failed`}`);
  return failed === 0;
}

function run(program: string, args: readonly string[], cwd: string, stdin?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      log(`${error === null ? 'ok' : 'failed'}: promtool ${args.slice(0, 2).join(' ')}`);
      if (error !== null) {
        log(`${stdout}${stderr}`);
      }
      resolve(error === null);
    });
    child.stdin?.end(stdin);
  });
}
