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

test('frames of files without a map, of Node.js and of builtins stay', () => {
  for (const frame of [
    '    at work (/nowhere/file.js:1:1)',
    '    at a (dist/bundles/nowhere/program.js:1:1)',
    '    at listOnTimeout (node:internal/timers:581:17)',
    '    at JSON.parse (<anonymous>)',
  ]) {
    assert.equal(toSourceFrames(frame), frame);
  }
});
