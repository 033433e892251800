import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestartingAgent } from '../../scripts/chaos/restarting-agent.js';
import { RetriedDags } from '../../scripts/chaos/retried-dags.js';

/** One DAG of three tasks, the second of which has a pod that fails so often; the agent is never started. */
function submitDag(podFailures: number) {
  const agent = new RestartingAgent({ address: 'http://127.0.0.1:1', token: '', scale: 1, retries: 0 });
  const tasks = [0, podFailures, 0].map((failures) => ({ atMs: 0, padding: 0, podFailures: failures }));
  const dags = new RetriedDags('chaos', tasks, '7');
  for (const index of tasks.keys()) {
    dags.submit(agent, index);
  }
  const end = (name: string) => {
    const node = agent.nodes.get(name);
    assert.ok(node);
    const succeeded = dags.podSucceeds(node);
    dags.nodeEnded(agent, node, succeeded);
    return succeeded;
  };
  const counting = () => [...agent.nodes.values()].flatMap((node) => (node.isReplaced ? [] : [node.name]));
  return { agent, end, counting };
}

const attempt = (number: number) => [0, 1, 2].map((index) => `dag-0(${number}).task-${index}`);

describe('a DAG that Argo retries', () => {
  it('starts again once all of its nodes have ended, with the same tasks under other names of nodes', () => {
    const { agent, end, counting } = submitDag(1);
    const [first = '', second = '', third = ''] = attempt(0);
    assert.deepEqual([end(second), end(first)], [false, true]);
    assert.deepEqual(counting(), attempt(0));
    assert.equal(end(third), true);
    assert.deepEqual(counting(), attempt(1));
    const tasks = attempt(1).map((name) => JSON.parse(agent.nodes.get(name)?.body ?? '{}').template.plugin);
    assert.deepEqual(
      tasks.map((plugin) => JSON.stringify(plugin).match(/task-\d/)?.[0]),
      ['task-0', 'task-1', 'task-2'],
    );
  });

  it('is not started again once all of it has succeeded, nor more often than KFP has it', () => {
    const { end, counting } = submitDag(3);
    for (const number of [0, 1, 2]) {
      for (const name of attempt(number)) {
        end(name);
      }
    }
    assert.deepEqual(counting(), attempt(2));
    const good = submitDag(0);
    for (const name of attempt(0)) {
      assert.equal(good.end(name), true);
    }
    assert.deepEqual(good.counting(), attempt(0));
  });
});
