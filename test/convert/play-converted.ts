import assert from 'node:assert/strict';
import { answerOf, parameterTexts } from '../../src/cli/convert/estimated-answer.js';
import type { JsonObject } from '../../src/common/json.js';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { instantClock } from '../../src/play/instant-clock.js';
import { readWorkflow } from '../../src/play/prepare/read-workflow.js';
import { walkWorkflow } from '../../src/play/walk/walk-workflow.js';
import { convert } from './small-kfp-workflow.js';

/** Converts a workflow and plays it with drivers that let every task run; what Argo's agent would POST, and when. */
export async function playConverted(workflow: JsonObject, options: Partial<ConvertOptions>) {
  const converted = convert(workflow, options).workflow;
  const posts: string[] = [];
  const read = readWorkflow(JSON.stringify(converted), ({ generateName }) => ({
    name: `${generateName}abcde`,
    namespace: 'kubeflow',
    uid: '8a0ea3e9-0e3b-4b5f-a41b-3a3e94a0f1ce',
    creationTimestamp: '2026-01-01T00:00:00Z',
  }));
  const parameters = parameterTexts(converted);
  const walk = await walkWorkflow(read, {
    clock: instantClock(),
    post: async (body) => {
      posts.push(body);
      return { httpStatus: 200, httpStatusText: 'OK', text: answerOf(body, 'driver-plugin', parameters) };
    },
  });
  assert.equal(walk.phase, 'Succeeded', walk.message);
  return { posts, pendingBytes: walk.pendingBytes };
}
