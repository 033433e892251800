import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flagsOfProgram, parseGoUsage } from '../../../src/server/program-engine/flags-of-program.js';
import { testFolder } from '../../support/start-server-program.js';
import { learnFake, path } from './fixtures.js';

const versions: [version: string, says: string, has: string, lacks: string][] = [
  ['2.5', 'KFP 2.5', 'mlmd_server_address', 'task_name'],
  ['2.14', 'KFP 2.14', 'cache_disabled', 'ca_cert_path'],
  ['2.15', 'KFP 2.15', 'metadata_tls_enabled', 'default_run_as_user'],
  ['2.16', 'KFP 2.16', 'default_run_as_user', 'default_host_users'],
  ['2.17', 'KFP 2.17', 'pipeline_job_schedule_time_epoch_seconds', 'namespace'],
  ['2.18', 'KFP after 2.17', 'default_host_users', 'pipeline_job_schedule_time_epoch_seconds'],
  ['3.0', 'KFP 3.0', 'parent_task_id_path', 'mlmd_server_address'],
];

for (const [version, says, has, lacks] of versions) {
  test(`a program with the flags of ${version} says so with -h`, async () => {
    const program = await learnFake(version);
    assert.equal(program.version, says);
    assert.ok(program.flags.has(has), has);
    assert.ok(!program.flags.has(lacks), lacks);
  });
}

test("flags of the program's logging library are not its own", async () => {
  const { flags } = await learnFake('2.17');
  assert.deepEqual(
    ['log_dir', 'log_link', 'vmodule', 'v', 'logtostderr', 'alsologtostderr'].filter((name) =>
      flags.has(name),
    ),
    [],
  );
});

test("a usage text is read as Go's flag package writes it", () => {
  const usage =
    'Usage of /bin/driver:\n  -cache_disabled\n    \tDisable cache globally.\n  -iteration_index int\n' +
    '    \titeration index (default -1)\n  -q thing\n    \tfirst line\n    \t  -not_a_flag of the second\n' +
    '  -x\ta flag of one letter\n';
  assert.deepEqual(parseGoUsage(usage), ['cache_disabled', 'iteration_index', 'q', 'x']);
});

const noDrivers: [name: string, script: string | undefined, says: RegExp][] = [
  ['that is not there', undefined, /-h failed: ENOENT/],
  ["that is not KFP's driver", '#!/bin/sh\nexit 0\n', /is not KFP's driver: its -h lists no type/],
  ['that refuses -h', '#!/bin/sh\nexit 7\n', /-h failed: exit code 7/],
  ['that never answers', '#!/bin/sh\nexec sleep 60\n', /-h failed: it did not answer in time/],
];

for (const [name, script, says] of noDrivers) {
  test(`a program ${name} is refused in one sentence`, async (t) => {
    const file = join(testFolder(t), 'driver');
    for (const text of script === undefined ? [] : [script]) {
      writeFileSync(file, text);
      chmodSync(file, 0o755);
    }
    await assert.rejects(flagsOfProgram(file, path, 1_000), says);
  });
}
