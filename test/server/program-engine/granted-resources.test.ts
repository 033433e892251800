import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultMaxPrograms,
  grantedCpus,
  grantedMemoryBytes,
  oomKills,
} from '../../../src/server/program-engine/granted-resources.js';

const gib = 2 ** 30;
const machine = { cpus: 8, memoryBytes: 16 * gib };

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
      grantedCpus((path) => content[path], machine),
      cpus,
    );
  });
}

const memoryFiles: [name: string, files: Record<string, string>, bytes: number][] = [
  ['cgroup v2 with a limit', { '/sys/fs/cgroup/memory.max': '1073741824\n' }, gib],
  ['cgroup v2 without a limit', { '/sys/fs/cgroup/memory.max': 'max\n' }, 16 * gib],
  ['cgroup v1 with a limit', { '/sys/fs/cgroup/memory/memory.limit_in_bytes': '536870912\n' }, gib / 2],
  [
    'cgroup v1 without a limit',
    { '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' },
    16 * gib,
  ],
  ['no cgroup', {}, 16 * gib],
];

for (const [name, content, bytes] of memoryFiles) {
  test(`${name} grants ${bytes / gib} GiB of 16`, () => {
    assert.equal(
      grantedMemoryBytes((path) => content[path], machine),
      bytes,
    );
  });
}

test('twice the CPUs run at once, and never none', () => {
  const most = (cpus: number) => defaultMaxPrograms(gib / 4, cpus, 64 * gib);
  assert.deepEqual([0.1, 0.5, 1, 1.5, 8].map(most), [1, 1, 2, 3, 16]);
});

test('no more programs run at once than half of the memory holds, however many CPUs there are', () => {
  const most = (memory: number) => defaultMaxPrograms(gib / 4, 64, memory * gib);
  assert.deepEqual([0.25, 1, 2, 8].map(most), [1, 2, 4, 16]);
});

test('the kernel counts its kills for memory in the cgroup', () => {
  const events = 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\noom_group_kill 0\n';
  assert.equal(
    oomKills((path) => (path === '/sys/fs/cgroup/memory.events' ? events : undefined)),
    2,
  );
  assert.equal(
    oomKills(() => undefined),
    0,
  );
});
