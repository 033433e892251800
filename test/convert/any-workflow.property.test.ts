import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { stockFolder } from '../support/stock-workflows.js';
import { editedWorkflow } from './edited-workflow.js';
import { lostFields } from './lost-fields.js';

const { skip } = stockFolder;

const options = fc.record({
  passBy: fc.constantFrom('reference' as const, 'value' as const),
  exitHooks: fc.constantFrom('pod' as const, 'plugin' as const),
});

test('any workflow made of stock ones by cuts and edits is converted or left alone, and loses no other field', {
  skip,
}, () => {
  const outcomes = { converted: 0, 'left-alone': 0 };
  fc.assert(
    fc.property(editedWorkflow, options, (workflow, chosen) => {
      const before = JSON.stringify(workflow);
      const conversion = convertWorkflow(workflow, chosen);
      outcomes[conversion.kind] += 1;
      assert.equal(JSON.stringify(workflow), before, 'the input was changed');
      if (conversion.kind === 'left-alone') {
        assert.ok(
          conversion.reasons.length > 0 && conversion.reasons.every(({ sentence }) => sentence !== ''),
        );
        return;
      }
      assert.deepEqual(lostFields(workflow, conversion.workflow), []);
      assert.equal(convertWorkflow(conversion.workflow, chosen).kind, 'left-alone');
    }),
    { numRuns: 800, includeErrorInReport: true },
  );
  assert.ok(outcomes.converted > 150 && outcomes['left-alone'] > 50, JSON.stringify(outcomes));
});
