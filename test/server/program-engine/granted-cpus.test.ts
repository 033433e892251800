import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultMaxPrograms, grantedCpus } from '../../../src/server/program-engine/granted-cpus.js';

const files: [name: string, files: Record<string, string>, cpus: number][] = [
  ['cgroup v2 with a quota', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
  ['cgroup v2 without a quota', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 8],
  [
    'cgroup v1 with a quota',
    {
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    0.5,
  ],
  [
    'cgroup v1 without a quota',
    { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
    8,
  ],
  ['a quota above the machine', { '/sys/fs/cgroup/cpu.max': '6400000 100000\n' }, 8],
  ['no cgroup', {}, 8],
  ['an unreadable quota', { '/sys/fs/cgroup/cpu.max': 'what\n' }, 8],
];

for (const [name, content, cpus] of files) {
  test(`${name} grants ${cpus} CPUs of 8`, () => {
    assert.equal(
      grantedCpus((path) => content[path], 8),
      cpus,
    );
  });
}

test('twice the CPUs run at once, and never none', () => {
  assert.deepEqual([0.1, 0.5, 1, 1.5, 8].map(defaultMaxPrograms), [1, 1, 2, 3, 16]);
});
