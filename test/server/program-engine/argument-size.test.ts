import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { argumentLimits, refuseTooLarge } from '../../../src/server/program-engine/argument-size.js';

test('what the limits take, this system takes, with room for the output paths', () => {
  const env = { A: 'x'.repeat(1_000), B: 'y' };
  const limits = argumentLimits(env, 8 << 20);
  const flags: [string, string][] = [];
  const largest = 'x'.repeat(limits.argumentBytes - '--name='.length - 1);
  for (let left = limits.allBytes; left > 200_000; left -= limits.argumentBytes + 8) {
    flags.push(['name', largest]);
  }
  flags.push(['rest', 'x'.repeat(60_000)]);
  const bytes = refuseTooLarge(flags, limits);
  assert.ok(bytes > 1_900_000);
  const args = flags.map(([name, value]) => `--${name}=${value}`);
  const paths = Array.from({ length: 6 }, () => `--output_path=/${'p'.repeat(2_000)}`);
  assert.equal(spawnSync('/bin/true', [...args, ...paths], { env }).error, undefined);
});
