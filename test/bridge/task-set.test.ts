import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Admission, TaskSet } from '../../src/bridge/task-set.js';
import { pendingTaskBytes, taskSetLimitBytes, taskSetUsableBytes } from '../../src/common/task-set-size.js';
import { gate, postUntilFinal, replyOf, until } from '../support/agent.js';
import { createFakeClock } from '../support/fake-clock.js';
import { startBridge } from '../support/start-bridge.js';
import { startTaskSetObject } from '../support/task-set-object.js';
import { containerArguments, templateBody } from '../support/templates.js';

const intervalMs = 10_000;
/** How long an answer counts where nothing tells that it was taken up. */
const takeUpMs = 60_000;

function startTaskSet(maxPatchBytes = 512 * 1024, patchIntervalMs = intervalMs) {
  const clock = createFakeClock();
  const warnings: { readonly usedBytes: number; readonly limitBytes: number }[] = [];
  const taskSet = new TaskSet({
    intervalMs: patchIntervalMs,
    takeUpMs,
    maxPatchBytes,
    nowMs: clock.nowMs,
    onNearlyFull: (facts) => warnings.push(facts),
  });
  return { clock, taskSet, warnings };
}

describe('the model of the task set', () => {
  it('gives answers only into what pending templates and the answers on their way leave', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    for (let task = 0; task < 290; task += 1) {
      taskSet.notePending(`${task}`, 4_200);
    }
    await clock.advance(2_000);
    const waiting = [...Array(290).keys()];
    const givenMs: number[] = [];
    while (waiting.length > 0) {
      for (const task of [...waiting]) {
        taskSet.notePending(`${task}`, 4_200);
        if (taskSet.admit(`${task}`, 1, { templateBytes: 4_200, answerBytes: 3_000 }).kind === 'admitted') {
          waiting.splice(waiting.indexOf(task), 1);
          givenMs.push(clock.nowMs());
        }
      }
      assert.ok(taskSet.usedBytes() <= taskSetUsableBytes);
      await clock.advance(500);
    }
    assert.ok(
      givenMs.filter((ms) => ms === 2_000).length < 290,
      'all at once, as if there were no templates',
    );
    // A few windows, not one answer at a time.
    assert.ok(clock.nowMs() <= 6 * takeUpMs, `${clock.nowMs()} ms`);
  });

  it('goes on one by one where templates alone seem to fill it, because Argo has stored them', async () => {
    const { clock, taskSet } = startTaskSet();
    taskSet.notePending('large', taskSetLimitBytes);
    taskSet.notePending('a', 4_000);
    taskSet.notePending('b', 4_000);
    assert.equal(taskSet.admit('a', 1, { templateBytes: 4_000, answerBytes: 100 }).kind, 'admitted');
    const second = taskSet.admit('b', 1, { templateBytes: 4_000, answerBytes: 100 });
    assert.equal(second.kind, 'wait');
    assert.equal(second.kind === 'wait' && second.waitsFor, 'room in the task set');
    await clock.advance(takeUpMs + 1_000);
    taskSet.notePending('large', taskSetLimitBytes);
    assert.equal(taskSet.admit('b', 1, { templateBytes: 4_000, answerBytes: 100 }).kind, 'admitted');
  });

  it('keeps a place for a large answer that waits, so that small ones do not pass it for ever', async () => {
    const { clock, taskSet } = startTaskSet(10_000);
    taskSet.admit('first', 1, { templateBytes: 100, answerBytes: 8_000 });
    assert.equal(taskSet.admit('large', 1, { templateBytes: 100, answerBytes: 9_000 }).kind, 'wait');
    assert.equal(taskSet.admit('small', 1, { templateBytes: 100, answerBytes: 500 }).kind, 'wait');
    await clock.advance(intervalMs + 500);
    assert.equal(taskSet.admit('small', 1, { templateBytes: 100, answerBytes: 2_000 }).kind, 'wait');
    assert.equal(taskSet.admit('large', 1, { templateBytes: 100, answerBytes: 9_000 }).kind, 'admitted');
    assert.equal(taskSet.admit('small', 1, { templateBytes: 100, answerBytes: 500 }).kind, 'admitted');
  });

  it('forgets the place of who does not come back, and the template of a task that nobody asks for', async () => {
    const { clock, taskSet } = startTaskSet(10_000);
    taskSet.notePending('gone', 1_000_000);
    taskSet.admit('first', 1, { templateBytes: 100, answerBytes: 8_000 });
    taskSet.admit('gone', 1, { templateBytes: 100, answerBytes: 9_000 });
    await clock.advance(takeUpMs + 20_000);
    assert.equal(taskSet.admit('small', 1, { templateBytes: 100, answerBytes: 9_900 }).kind, 'admitted');
    await clock.advance(120_000);
    assert.equal(taskSet.usedBytes(), 0);
  });

  it('counts an answer that is given again once, and lets it go at once', () => {
    const { taskSet } = startTaskSet(10_000);
    assert.equal(taskSet.admit('a', 1, { templateBytes: 100, answerBytes: 9_000 }).kind, 'admitted');
    const used = taskSet.usedBytes();
    taskSet.notePending('a', 100);
    assert.equal(taskSet.admit('a', 1, { templateBytes: 100, answerBytes: 9_000 }).kind, 'admitted');
    assert.equal(taskSet.usedBytes(), used);
  });

  it('lets an answer that is larger than a patch may be go alone in one, so that it does not wait for ever', async () => {
    const { clock, taskSet } = startTaskSet(1_024);
    taskSet.admit('first', 1, { templateBytes: 100, answerBytes: 100 });
    assert.equal(taskSet.admit('large', 1, { templateBytes: 100, answerBytes: 1_100 }).kind, 'wait');
    await clock.advance(intervalMs + 500);
    assert.equal(taskSet.admit('large', 1, { templateBytes: 100, answerBytes: 1_100 }).kind, 'admitted');
    assert.equal(taskSet.admit('next', 1, { templateBytes: 100, answerBytes: 100 }).kind, 'wait');
  });

  it('warns once when it is nearly full, and again after it was far from it', async () => {
    const { clock, taskSet, warnings } = startTaskSet();
    for (const _time of [1, 2]) {
      for (let task = 0; task < 300; task += 1) {
        taskSet.notePending(`${task}`, 4_600);
      }
      await clock.advance(300_000);
      taskSet.notePending('small', 100);
    }
    assert.equal(warnings.length, 2);
    assert.ok(warnings.every(({ usedBytes }) => usedBytes > 0.8 * taskSetUsableBytes));
  });

  it('never counts more than is usable but for what goes alone, whatever comes in which order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ task: fc.nat(60), bytes: fc.nat(200_000), ms: fc.nat(9_000) }), {
          maxLength: 120,
        }),
        async (steps) => {
          const { clock, taskSet } = startTaskSet();
          for (const { task, bytes, ms } of steps) {
            taskSet.notePending(`${task}`, 20_000);
            const before = taskSet.usedBytes();
            const { kind } = taskSet.admit(`${task}`, 1, { templateBytes: 20_000, answerBytes: bytes });
            const after = taskSet.usedBytes();
            assert.ok(after >= 0);
            assert.ok(kind === 'admitted' || after === before);
            assert.ok(after <= Math.max(taskSetUsableBytes, before + bytes));
            await clock.advance(ms);
          }
        },
      ),
      { numRuns: 100 },
    ));
});

describe('what the controller has taken up', () => {
  const large = { templateBytes: 100, answerBytes: 400_000 };
  /** Answers of three DAGs, 5 s after each other, which fill the object. */
  async function fill() {
    const { clock, taskSet } = startTaskSet(1 << 30);
    for (const executionId of ['11', '12', '13']) {
      assert.equal(taskSet.admit(executionId, 1, { ...large, executionId }).kind, 'admitted');
      await clock.advance(5_000);
    }
    assert.equal(taskSet.admit('next', 1, large).kind, 'wait');
    return { clock, taskSet };
  }

  it('is an answer that a new task follows, and all that were given well before it', async () => {
    const { taskSet } = await fill();
    const before = taskSet.usedBytes();
    taskSet.notePending('in 12', 100, '12');
    const released = before + pendingTaskBytes(100) - taskSet.usedBytes();
    assert.equal(released, 2 * (large.answerBytes + pendingTaskBytes(large.templateBytes)));
    assert.equal(taskSet.admit('next', 1, large).kind, 'wait', 'the rest of its wave may be in the object');
  });

  it('is not one that was given at nearly the same time, nor after it', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    taskSet.admit('shortly before', 1, large);
    await clock.advance(1_000);
    taskSet.admit('dag', 1, { templateBytes: 100, answerBytes: 100, executionId: '11' });
    await clock.advance(5_000);
    taskSet.admit('after', 1, large);
    taskSet.notePending('in 11', 100, '11');
    assert.equal(taskSet.usedBytes(), 2 * 400_000 + 3 * pendingTaskBytes(100));
  });

  it('is shown once by the first task of a DAG: later ones may have waited for other tasks', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    taskSet.admit('dag', 1, { ...large, executionId: '11' });
    await clock.advance(12_000);
    taskSet.notePending('first in 11', 100, '11');
    await clock.advance(40_000);
    taskSet.notePending('second in 11', 100, '11');
    taskSet.admit('no DAG', 1, large);
    await clock.advance(25_000);
    assert.equal(taskSet.usedBytes(), 2 * pendingTaskBytes(100));
  });

  for (const { slowestMs, countsMs } of [
    { slowestMs: 4_000, countsMs: 20_000 },
    { slowestMs: 15_000, countsMs: 30_000 },
    { slowestMs: 90_000, countsMs: 180_000 },
  ]) {
    it(`takes ${countsMs / 1_000} s where nothing follows and the slowest took ${slowestMs / 1_000} s`, async () => {
      const { clock, taskSet } = startTaskSet(1 << 30);
      taskSet.admit('dag', 1, { templateBytes: 100, answerBytes: 100, executionId: '11' });
      await clock.advance(slowestMs);
      taskSet.notePending('in 11', 100, '11');
      taskSet.admit('in 11', 1, { templateBytes: 100, answerBytes: 1_000 });
      const used = pendingTaskBytes(100) + 1_000;
      assert.equal(taskSet.usedBytes(), used);
      await clock.advance(countsMs - 1);
      assert.equal(taskSet.usedBytes(), used);
      await clock.advance(1);
      assert.equal(taskSet.usedBytes(), 0);
    });
  }
});

describe('what was seen of the controller', () => {
  it('tells nothing of a workflow that has more than twice the tasks since', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    taskSet.admit('dag', 1, { templateBytes: 100, answerBytes: 100, executionId: '11' });
    await clock.advance(5_000);
    for (let task = 0; task < 3; task += 1) {
      taskSet.notePending(`${task}`, 100, '11');
    }
    await clock.advance(2_000);
    for (let task = 0; task < 3; task += 1) {
      taskSet.admit(`${task}`, 1, { templateBytes: 100, answerBytes: 100 });
    }
    await clock.advance(takeUpMs - 1);
    assert.equal(taskSet.usedBytes(), 3 * (pendingTaskBytes(100) + 100));
    await clock.advance(1);
    assert.equal(taskSet.usedBytes(), 0);
  });

  it('is nothing at first, and then a minute counts, however often the agent patches', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30, 1_000);
    taskSet.admit('a', 1, { templateBytes: 100, answerBytes: 100 });
    await clock.advance(takeUpMs - 1);
    assert.equal(taskSet.usedBytes(), pendingTaskBytes(100) + 100);
  });

  for (const { patchIntervalMs, slowestMs, countsMs } of [
    { patchIntervalMs: 400_000, slowestMs: undefined, countsMs: 6 * 400_000 },
    { patchIntervalMs: 400_000, slowestMs: 1_000, countsMs: 2 * 400_000 },
    { patchIntervalMs: intervalMs, slowestMs: 3_600_000, countsMs: 600_000 },
  ]) {
    it(`counts an answer for ${countsMs / 1_000} s where the agent patches every ${patchIntervalMs / 1_000} s and ${slowestMs === undefined ? 'nothing was seen' : `the slowest took ${slowestMs / 1_000} s`}`, async () => {
      const { clock, taskSet } = startTaskSet(1 << 30, patchIntervalMs);
      if (slowestMs !== undefined) {
        taskSet.admit('dag', 1, { templateBytes: 100, answerBytes: 100, executionId: '11' });
        await clock.advance(slowestMs);
        taskSet.notePending('in 11', 100, '11');
      }
      taskSet.admit('in 11', 1, { templateBytes: 100, answerBytes: 1_000 });
      await clock.advance(countsMs - 1);
      assert.equal(taskSet.usedBytes(), pendingTaskBytes(100) + 1_000);
      await clock.advance(1);
      assert.equal(taskSet.usedBytes(), 0);
    });
  }
});

describe('messages of nodes that wait for room', () => {
  it('are at most 16 at a time, because they take the room that they speak of', () => {
    const { taskSet } = startTaskSet(1 << 30);
    taskSet.admit('first', 1, { templateBytes: 100, answerBytes: taskSetUsableBytes });
    const ask = (task: number) => taskSet.admit(`${task}`, 1, { templateBytes: 100, answerBytes: 5_000 });
    const tells = (admission: Admission) => admission.kind === 'wait' && admission.tells;
    const asked = Array.from({ length: 40 }, (_, task) => tells(ask(task)));
    assert.deepEqual(asked, [...Array(16).fill(true), ...Array(24).fill(false)]);
    assert.equal(tells(ask(3)), true, 'and go on');
  });

  it('count as long as their tasks are pending, because Argo keeps them in the object', async () => {
    const { clock, taskSet } = startTaskSet();
    taskSet.notePending('a', 100);
    taskSet.noteMessage('a', 'x'.repeat(500));
    const used = taskSet.usedBytes();
    for (let times = 0; times < 10; times += 1) {
      await clock.advance(30_000);
      taskSet.notePending('a', 100);
    }
    assert.equal(taskSet.usedBytes(), used);
    await clock.advance(120_000);
    assert.equal(taskSet.usedBytes(), 0);
  });

  it('count until their tasks have ended', () => {
    const { taskSet } = startTaskSet(1 << 30);
    taskSet.notePending('a', 100);
    const silent = taskSet.usedBytes();
    taskSet.noteMessage('a', 'x'.repeat(500));
    assert.ok(taskSet.usedBytes() >= silent + 500);
    taskSet.admit('a', 1, { templateBytes: 100, answerBytes: 100 });
    assert.equal(taskSet.usedBytes(), silent + 100);
  });
});

describe('a wave of new tasks', () => {
  it('gets no more than what is kept free until all have been seen, because the object has them already', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    let given = 0;
    for (let task = 0; task < 290; task += 1) {
      taskSet.notePending(`${task}`, 4_200);
      given +=
        taskSet.admit(`${task}`, 1, { templateBytes: 4_200, answerBytes: 3_000 }).kind === 'admitted'
          ? 3_000
          : 0;
      await clock.advance(10);
    }
    assert.ok(given > 60_000 && given <= 96 * 1024, `${given}`);
    await clock.advance(2_000);
    assert.equal(taskSet.admit('200', 1, { templateBytes: 4_200, answerBytes: 3_000 }).kind, 'admitted');
  });

  it('is over after three intervals, although new tasks go on to come', async () => {
    const { clock, taskSet } = startTaskSet(1 << 30);
    taskSet.notePending('large', 4_200);
    const ask = () => taskSet.admit('large', 1, { templateBytes: 4_200, answerBytes: 300_000 }).kind;
    assert.equal(ask(), 'wait');
    for (let task = 0; task < 30; task += 1) {
      await clock.advance(1_000);
      taskSet.notePending(`${task}`, 4_200);
    }
    assert.equal(ask(), 'admitted');
  });
});

describe('290 tasks of 4.2 KB with answers of 3 KB, which broke a real Argo', () => {
  it('all arrive, and templates and results never take more than 1.5 MiB together', async (t) => {
    const patch = JSON.stringify({ image: 'x'.repeat(2_700) });
    const patchMs = 1_000;
    // All answers come at once, and only after the last task: how fast the machine is decides nothing.
    const all = gate();
    const drive = async () => {
      await all.opened;
      return { execution_id: '7', pod_spec_patch: patch };
    };
    const { driver, sidecar } = await startBridge(t, drive, {
      AGENT_PATCH_RATE_SECONDS: String(patchMs / 1_000),
      ANSWER_WINDOW_SECONDS: '0.1',
      TAKE_UP_SECONDS: '6',
      MAX_CONCURRENT_CALLS: '290',
    });
    const object = startTaskSetObject(patchMs);
    t.after(object.stop);
    const task = 'x'.repeat(3_300);
    const bodies = Array.from({ length: 290 }, (_, index) =>
      JSON.stringify(templateBody({ ...containerArguments, task_name: `t${index}`, unheard_of: task })),
    );
    for (const [index, body] of bodies.entries()) {
      object.addTask(`${index}`, body);
    }
    const messages = new Set<string>();
    const arrived = until(() => driver.requests.length === 290, 120_000).then(all.open);
    await Promise.all([
      arrived,
      ...bodies.map(async (body, index) => {
        const { text, earlier } = await postUntilFinal(() => sidecar.post(body), 5_000);
        object.giveResult(`${index}`, text);
        for (const { node } of earlier) {
          messages.add(node.message ?? '');
        }
      }),
    ]);
    await until(() => object.succeeded() === 290 || object.refusedPatches() > 0);
    assert.equal(driver.requests.length, 290);
    assert.deepEqual([object.succeeded(), object.refusedPatches()], [290, 0]);
    assert.ok(object.largestBytes() <= taskSetLimitBytes, `${object.largestBytes()} bytes`);
    assert.ok(
      [...messages].some((message) =>
        /^the driver is done; its answer waits for room in Argo's task set/.test(message),
      ),
    );
    const warnings = sidecar.log.filter(({ level }) => level === 'warn');
    assert.ok(warnings.some(({ message }) => message.startsWith("Argo's task set is nearly full")));
    assert.ok(replyOf(await sidecar.post(bodies[0] ?? '')).node.phase === 'Succeeded');
  });
});
