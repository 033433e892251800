import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../scripts/bench/run-scenario.js';

const surroundings = { folder: '/nonexistent', isQuick: true, python: 'python3' };

test('subjects are measured in turn, part by part, and each round begins with another one', async () => {
  const seen: string[] = [];
  const subject = (name: string) => ({
    name,
    parts: [1, 2].map((part) => async () => {
      seen.push(`${name}${part}`);
      return [{ metric: `part ${part}`, unit: 'ms', value: seen.length }];
    }),
  });
  const { samples } = await runScenario({ prepare: async () => ['a', 'b'].map(subject) }, 2, surroundings);
  assert.deepEqual(seen, ['a1', 'b1', 'a2', 'b2', 'b1', 'a1', 'b2', 'a2']);
  assert.deepEqual(samples[1], { subject: 'b', metric: 'part 1', unit: 'ms', value: 2 });
  assert.equal(samples.length, 8);
});

test('what was started is ended after a fault too, the last one first, and no figure is left', async () => {
  const ended: string[] = [];
  const run = await runScenario(
    {
      prepare: async (bench) => {
        bench.closeLater(() => ended.push('driver'));
        bench.closeLater(() => ended.push('sidecar'));
        bench.skip('the Go bridge: no Go');
        const good = async () => [{ metric: 'm', unit: 'ms', value: 1 }];
        const bad = () => Promise.reject(new Error('a task did not succeed'));
        return [
          { name: 'good', parts: [good] },
          { name: 'bad', parts: [bad] },
        ];
      },
    },
    1,
    surroundings,
  );
  assert.deepEqual(ended, ['sidecar', 'driver']);
  assert.deepEqual(run, { samples: [], skipped: ['the Go bridge: no Go'], fault: 'a task did not succeed' });
});
