import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTreePrinter } from '../../../src/play/report/tree-printer.js';
import { playedWorkflow } from './played-workflow.js';

describe('The lines of a walk', () => {
  it('tell of nodes as they start and end, with what a driver returned in a few words', async () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) > 0 };
    await playedWorkflow(createTreePrinter({ output, files: 1 }));
    assert.deepEqual(written, [
      'wf  DAG\n',
      '  ask  Plugin  Succeeded  31 ms  execution 12, 3 iterations, patch 2.1 KB\n',
      '  root  DAG\n',
      '    broken?[2J name  Plugin  Failed  1.5 s  it said no ?[31m\n',
      '    pod  Pod  Succeeded  0 ms  not run, patch 7 B\n',
      '  root  DAG  Failed  1.5 s\n',
      'wf  DAG  Failed  1.6 s\n',
      'wf  Failed  2 POSTs  1.6 s  it said no\n',
    ]);
  });
});
