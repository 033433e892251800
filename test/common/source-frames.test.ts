import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toSourceFrames } from '../../src/common/source-frames.js';
import { testFolder } from '../support/start-server-program.js';

/** Its first column is line 3, column 5 of src/room/file.ts. */
const map = { version: 3, sources: ['../../src/room/file.ts'], names: [], mappings: 'AAEI' };

test('a frame of a compiled file keeps its name and tells the place in the source', (t) => {
  const path = join(testFolder(t), 'file.js');
  writeFileSync(`${path}.map`, JSON.stringify(map));
  for (const [frame, shown] of [
    [`    at Room.enter (file://${path}:1:1)`, '    at Room.enter (src/room/file.ts:3:5)'],
    [`    at async Room.enter (${path}:1:1)`, '    at async Room.enter (src/room/file.ts:3:5)'],
    [`    at file://${path}:1:1`, '    at src/room/file.ts:3:5'],
    [`    at async ${path}:1:1`, '    at async src/room/file.ts:3:5'],
  ] as const) {
    assert.equal(toSourceFrames(`Error: one\n${frame}\n    at last`), `Error: one\n${shown}\n    at last`);
  }
});

test('a frame of a file whose functions have short names tells the place alone', (t) => {
  const path = join(testFolder(t), 'file.js');
  writeFileSync(`${path}.map`, JSON.stringify({ ...map, x_short_names: true }));
  for (const [frame, shown] of [
    [`    at new a (${path}:1:1)`, '    at src/room/file.ts:3:5'],
    [`    at async a.enter (${path}:1:1)`, '    at async src/room/file.ts:3:5'],
  ] as const) {
    assert.equal(toSourceFrames(frame), shown);
  }
});

test('frames of files without a map, of Node.js, of builtins and of evaluated code stay', () => {
  for (const frame of [
    '    at work (/nowhere/file.js:1:1)',
    '    at a (dist/bundles/nowhere/program.js:1:1)',
    '    at listOnTimeout (node:internal/timers:581:17)',
    '    at JSON.parse (<anonymous>)',
    '    at async Promise.all (index 0)',
    '    at eval (eval at a (/nowhere/file.js:1:1), <anonymous>:12:34)',
  ]) {
    assert.equal(toSourceFrames(frame), frame);
  }
});
