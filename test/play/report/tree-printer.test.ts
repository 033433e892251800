import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeTree } from '../../../src/play/controller/node-tree.js';
import { createTreePrinter } from '../../../src/play/report/tree-printer.js';
import { instantClock } from '../instant-clock.js';

function print(isTerminal: boolean): string[] {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) > 0 };
  const printer = createTreePrinter({ output, isTerminal, files: 1 });
  const nodes = createNodeTree('wf', instantClock(), (node) => printer.onNode('a.yaml', 'wf', node));
  const entry = nodes.add({
    name: 'wf',
    type: 'DAG',
    templateName: 'main',
    boundary: undefined,
    phase: 'Running',
  });
  const ask = nodes.add({
    name: 'wf.ask',
    type: 'Plugin',
    templateName: 'ask',
    boundary: entry,
    phase: 'Pending',
  });
  ask.outputs = { parameters: [{ name: 'patch', value: 'x y '.repeat(50) }] };
  nodes.mark(ask, 'Succeeded', 'fine');
  nodes.mark(entry, 'Succeeded');
  return written;
}

describe('The tree of a walk', () => {
  it('shows nodes as they start and end, with long outputs cut', () => {
    assert.deepEqual(print(false), [
      'wf  DAG\n',
      `  ask  Plugin  Succeeded  0 ms  "fine"  patch="${'x y '.repeat(15).slice(0, 59)}... (200 characters)\n`,
      'wf  DAG  Succeeded  0 ms\n',
    ]);
  });

  it('keeps a line of progress below it on a terminal', () => {
    const written = print(true);
    assert.equal(written[0], '\r\x1b[2Kwf  DAG\n');
    assert.equal(written.at(-1), '0 of 1 workflows, 2 nodes finished');
  });
});
