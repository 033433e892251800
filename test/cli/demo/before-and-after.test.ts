import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../../src/cli/demo/before-and-after.js';
import type { Node, NodeType } from '../../../src/play/controller/node.js';

function node(type: NodeType, children: readonly Node[] = [], over: Partial<Node> = {}): Node {
  return {
    ...{ name: 'n', displayName: 'n', id: 'n', type, templateName: 't', boundary: undefined },
    ...{ hooked: false, retried: false, startedAtMs: 0, children: [...children], outbound: [] },
    ...{ phase: 'Succeeded', message: '', finishedAtMs: 0, outputs: undefined, template: undefined },
    attempts: type === 'Plugin' ? 1 : 0,
    ...over,
  };
}

test('tasks side by side cost their pods each, but cycles only once', () => {
  const pods = [node('Pod'), node('Pod'), node('Pod')];
  const plugins = pods.map((pod) => node('Plugin', [pod]));
  const { before, after } = compare([node('DAG', plugins), ...plugins, ...pods], []);
  assert.deepEqual(before, { driverPods: 3, taskPods: 3, agentPods: 0, podsInARow: 2, pluginsInARow: 0 });
  assert.deepEqual(after, { driverPods: 0, taskPods: 3, agentPods: 1, podsInARow: 1, pluginsInARow: 1 });
});

test('the longest way is the one with the most cycles, of pods or of plugin nodes', () => {
  const [second, plugin] = [node('Pod'), node('Plugin', [node('Plugin')])];
  const first = node('Pod', [second]);
  const nodes = [node('DAG', [first, plugin]), first, second, plugin, ...plugin.children];
  assert.equal(compare(nodes, []).before.podsInARow, 2);
  const { podsInARow, pluginsInARow } = compare(nodes, []).after;
  assert.deepEqual({ podsInARow, pluginsInARow }, { podsInARow: 0, pluginsInARow: 2 });
});

test('drivers that stayed pods for exit hooks are driver pods before and after', () => {
  const nodes = [node('Plugin'), node('Pod', [], { templateName: 'hook-driver' }), node('Pod')];
  const { before, after } = compare(nodes, ['hook-driver']);
  assert.deepEqual([before.driverPods, before.taskPods], [2, 1]);
  assert.deepEqual([after.driverPods, after.taskPods, after.agentPods], [1, 1, 1]);
});

test('nodes that never ran a pod cost none', () => {
  const nodes = [
    node('Pod', [], { phase: 'Omitted' }),
    node('Skipped', [], { phase: 'Skipped' }),
    node('Plugin', [], { phase: 'Omitted', attempts: 0 }),
  ];
  const none = { driverPods: 0, taskPods: 0, agentPods: 0, podsInARow: 0, pluginsInARow: 0 };
  assert.deepEqual(compare(nodes, []), { before: none, after: none });
});
