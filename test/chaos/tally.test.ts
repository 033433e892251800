import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePlan } from '../../scripts/chaos/describe-plan.js';
import { drawPlan } from '../../scripts/chaos/fault-plan.js';
import type { AgentNode } from '../../scripts/chaos/restarting-agent.js';
import { tally, toJson, withDurableEnd } from '../../scripts/chaos/tally.js';
import type { NodeResult } from '../../src/play/agent/plugin-reply.js';
import { injectedMessage } from '../../src/server/dev-driver/inject-faults.js';

const node = (name: string, published: NodeResult | undefined): AgentNode => ({
  name,
  body: '',
  submittedMs: 1_000,
  retriesLeft: 0,
  unpatched: undefined,
  published,
  waitsForRetry: false,
  isReplaced: false,
  answeredMs: 3_500,
});
const succeededAs = (id: string): NodeResult => ({
  phase: 'Succeeded',
  message: 'done',
  outputs: { parameters: [{ name: 'execution-id', value: id }] },
});
const execution = (task: string, executionId: string, requestId = 'one') => ({
  task,
  executionId,
  requestId,
});
const noneWrong = { duplicates: 0, lost: 0, hung: 0, failed: 0, largestTaskSetBytes: 0 };

describe('the tally of chaos', () => {
  for (const [name, nodes, executions, wrong] of [
    ['finds nothing wrong with a task that was driven once', [succeededAs('7')], ['7'], {}],
    ['finds a task that was driven twice', [succeededAs('7')], ['7', '8'], { duplicates: 1 }],
    ['finds an answer of another execution', [succeededAs('7')], ['8'], { lost: 1 }],
    [
      'finds a driven task whose node failed',
      [{ phase: 'Error', message: 'no' }],
      ['7'],
      { lost: 1, failed: 1 },
    ],
    [
      'blames nobody for a driven task whose repeats the driver itself refused until no retry was left',
      [{ phase: 'Error', message: `PERMISSION_DENIED: the driver server says no: ${injectedMessage}` }],
      ['7'],
      { failed: 1 },
    ],
    ['finds an answer whose execution nobody has', [succeededAs('7')], [], { lost: 1 }],
    ['finds a node that failed undriven', [{ phase: 'Failed', message: 'no' }], [], { failed: 1 }],
    ['finds a driven task whose node is not final', [undefined], ['7'], { lost: 1, hung: 1 }],
    ['finds an undriven task whose node is not final', [undefined], [], { hung: 1 }],
  ] as const) {
    it(name, () => {
      const { tally: counts } = tally(
        3,
        nodes.map((published) => node('train', published)),
        executions.map((id) => execution('train', id)),
      );
      assert.deepEqual(counts, {
        seed: 3,
        tasks: 1,
        executions: executions.length,
        ...noneWrong,
        ...wrong,
        slowestMs: 2_500,
      });
    });
  }
});

describe('the plan of chaos', () => {
  it('is the same for the same seed, and another one for another', () => {
    const [first, again, other] = [7, 7, 8].map((seed) => describePlan(drawPlan(seed, 500)));
    assert.equal(first, again);
    assert.notEqual(first, other);
  });

  it('never ends the sidecar where nodes are retried', () => {
    const plans = Array.from({ length: 50 }, (_, seed) => drawPlan(seed, 500));
    const ending = plans.filter(({ agentLane }) => agentLane.some(({ kind }) => kind === 'sidecar ends'));
    assert.ok(ending.length > 0);
    assert.deepEqual(
      ending.filter(({ retries }) => retries > 0),
      [],
    );
  });

  it('with two replicas stops the one that drives, cuts it from Kubernetes, and never lets the sidecar stay with one address', () => {
    const plans = Array.from({ length: 20 }, (_, seed) =>
      drawPlan(seed, 200, { replicas: 2, isDurable: true }),
    );
    const kinds = new Set(plans.flatMap(({ driverLane }) => driverLane.map(({ kind }) => kind)));
    assert.deepEqual([...kinds].sort(), [
      ...['Kubernetes is away', 'driver connections are cut', 'driver ends', 'driver proxies'],
      ...['holder is stopped', 'metadata is away'],
    ]);
    assert.deepEqual(
      new Set(plans.map(({ settings }) => settings['DRIVER_LOAD_BALANCING'])),
      new Set(['round_robin']),
    );
  });

  it('has pods that fail only in DAGs, which are started again, and never in their last attempt', () => {
    const plans = Array.from({ length: 20 }, (_, seed) =>
      drawPlan(seed, 200, { replicas: 2, isDurable: true }),
    );
    const failures = (isDags: boolean) => [
      ...new Set(
        plans
          .filter(({ shape }) => (shape === 'dags') === isDags)
          .flatMap(({ tasks }) => tasks.map(({ podFailures }) => podFailures)),
      ),
    ];
    assert.deepEqual(failures(true).sort(), [0, 1, 2]);
    assert.deepEqual(failures(false), [0]);
  });

  it("counts the twins that KFP sees with a ledger in ML Metadata, and prints the store's side", () => {
    const counted = tally(3, [node('a', succeededAs('7'))], [execution('a', '7')]);
    const end = { twins: 2, voided: 4, superseded: 5, replayed: 6, holders: 7 };
    const { tally: shown } = withDurableEnd(counted, end);
    const expected = {
      seed: 3,
      tasks: 1,
      duplicates: 2,
      lost: 0,
      hung: 0,
      voided: 4,
      superseded: 5,
      replayed: 6,
    };
    assert.deepEqual(toJson(shown), expected);
  });
});
