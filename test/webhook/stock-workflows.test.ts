import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../../src/common/version.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';
import { admitted, asCreated, assertUnchanged, patched, reviewOf } from '../support/admission.js';
import { startTestWebhook } from '../support/start-test-webhook.js';
import { stockFolder, stockWorkflows } from '../support/stock-workflows.js';

const { skip } = stockFolder;

for (const passBy of ['reference', 'value'] as const) {
  test(`every stock workflow is patched into its conversion by ${passBy}, and the result gets no patch`, {
    skip,
  }, async (t) => {
    const { post, log } = await startTestWebhook(t, { PASS_ARGUMENTS_BY: passBy });
    const stock = stockWorkflows();
    assert.ok(stock.length > 400);
    for (const { file, workflow } of stock) {
      const object = asCreated(workflow);
      const result = patched(object, admitted(await post(reviewOf(object))));
      const conversion = convertWorkflow(object, { passBy });
      assert.equal(conversion.kind, 'converted', file);
      const { workflow: wanted, summary } = conversion as Extract<typeof conversion, { kind: 'converted' }>;
      const { annotations, ...metadata } = result['metadata'] as Record<string, unknown>;
      assert.deepEqual({ ...result, metadata }, wanted, file);
      assert.deepEqual(annotations, {
        'driver-plugin/converted-by': `driver-plugin webhook ${readVersion()}`,
        'driver-plugin/converted-templates': summary.templates.join(','),
      });
      assertUnchanged(admitted(await post(reviewOf(result))));
    }
    const outcomes = log.lines.map(({ message, facts }) => [message, facts['reason']].join(' ').trim());
    assert.equal(outcomes.filter((outcome) => outcome === 'converted a workflow').length, stock.length);
    assert.equal(
      outcomes.filter((outcome) => outcome === 'admitted as it came nothing-to-do').length,
      stock.length,
    );
  });
}
