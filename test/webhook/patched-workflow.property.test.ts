import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { makePatch } from '../../src/webhook/make-patch.js';
import { editedWorkflow } from '../convert/edited-workflow.js';
import { stockFolder } from '../support/stock-workflows.js';

const { skip } = stockFolder;

const passBy = fc.constantFrom('reference' as const, 'value' as const);
const exitHooks = fc.constantFrom('pod' as const, 'plugin' as const);

test('whatever workflow is converted, its patch, applied by a library, makes the conversion of the original', {
  skip,
}, () => {
  let converted = 0;
  fc.assert(
    fc.property(editedWorkflow, passBy, exitHooks, (workflow, by, hooks) => {
      const conversion = convertWorkflow(workflow, { passBy: by, exitHooks: hooks });
      fc.pre(conversion.kind === 'converted');
      const patch = JSON.parse(makePatch(workflow, conversion.workflow) ?? 'null');
      const patched = structuredClone(workflow);
      assert.deepEqual(new Set(applyPatch(patched, patch)), new Set([null]));
      assert.deepEqual(patched, conversion.workflow);
      converted += 1;
    }),
    { numRuns: 200, maxSkipsPerRun: 20, includeErrorInReport: true },
  );
  assert.equal(converted, 200);
});
