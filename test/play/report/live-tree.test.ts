import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLiveTree } from '../../../src/play/report/live-tree.js';
import { widthOf } from '../../../src/play/report/styled-line.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { playedWorkflow } from './played-workflow.js';
import { createScreen } from './screen.js';

/** Plays the workflow on a terminal and returns what stood on it after every change. */
async function watch({ columns = 100, rows = 24, hasColors = false } = {}) {
  const clock = createFakeClock();
  const screen = createScreen(columns);
  const output = { write: screen.write, columns, rows, hasColors: () => hasColors };
  const tree = createLiveTree(output, clock);
  const frames: string[][] = [];
  await playedWorkflow(tree, clock, () => frames.push(screen.lines()));
  tree.end();
  return { frames, last: screen.lines(), screen };
}

/** Names of the control sequences in a text. */
const sequencesOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\p{Cc}\[\??\d*([A-Za-z])/gu)].map(([, name = '']) => name))].sort();

describe('The tree on a terminal', () => {
  it('is drawn in place while drivers are at work, and stays whole once they are done', async () => {
    const { frames, last } = await watch();
    const [, second = []] = frames;
    assert.deepEqual(
      second.map((line) => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '*').trimEnd()),
      [
        '◌ wf                     Running     1.5 s',
        '├─ ✔ ask                 Succeeded   31 ms  execution 12, 3 iterations, patch 2.1 KB',
        '└─ ◌ root                Running     1.5 s',
        '   └─ * broken?[2J name  Pending     1.5 s',
      ],
    );
    assert.deepEqual(last, [
      '✖ wf                     Failed      1.6 s',
      '├─ ✔ ask                 Succeeded   31 ms  execution 12, 3 iterations, patch 2.1 KB',
      '└─ ✖ root                Failed      1.5 s',
      '   ├─ ✖ broken?[2J name  Failed      1.5 s  it said no ?[31m',
      '   └─ ✔ pod              Succeeded    0 ms  not run, patch 7 B',
      'wf  Failed  2 POSTs  1.6 s  it said no',
      '',
    ]);
  });

  it('never writes a line that is wider than the terminal', async () => {
    const { frames, last } = await watch({ columns: 30 });
    const tree = [...frames.flat(), ...last.slice(0, 5)];
    assert.ok(tree.length > 10);
    assert.deepEqual(
      tree.filter((line) => widthOf(line) > 30),
      [],
    );
    assert.ok(last.some((line) => line.endsWith('…')));
  });

  it('never draws more lines than the terminal has, but for what stays', async () => {
    const { frames, screen } = await watch({ rows: 4 });
    assert.ok(Math.max(...frames.map(({ length }) => length)) <= 3);
    assert.equal(screen.lines().length, 7);
  });

  it('writes colours only where the terminal has them', async () => {
    assert.equal(sequencesOf((await watch()).screen.written()).includes('m'), false);
    const coloured = await watch({ hasColors: true });
    assert.ok(coloured.screen.written().includes('\x1b[32mSucceeded'));
    assert.deepEqual(coloured.last, (await watch()).last);
  });

  it('erases no line before it writes it again, and shows the cursor in the end', async () => {
    const written = (await watch()).screen.written();
    assert.deepEqual(sequencesOf(written), ['A', 'J', 'K', 'h', 'l']);
    assert.ok(!written.includes('\x1b[2'.concat('J')) && !written.includes('\x1b[2'.concat('K')));
    assert.equal(written.split('\x1b[?25l').length, 2);
    assert.ok(written.endsWith('\x1b[?25h'));
  });
});

describe('The width of a text', () => {
  const widths = [
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['🚀', 2],
    ['✔', 1],
  ] as const;
  for (const [text, width] of widths) {
    it(`of ${JSON.stringify(text)} is ${width}`, () => assert.equal(widthOf(text), width));
  }
});
