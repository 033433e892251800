import { errorText } from '../../common/error-text.js';
import type { JsonObject } from '../../common/json.js';
import type { ConvertOptions } from '../../convert/convert-options.js';
import { convertWorkflow } from '../../convert/convert-workflow.js';
import { instantClock } from '../../play/instant-clock.js';
import { readWorkflow } from '../../play/prepare/read-workflow.js';
import { walkWorkflow } from '../../play/walk/walk-workflow.js';
import { answerOf, parameterTexts } from './estimated-answer.js';

/** Bytes that a run's tasks have in Argo's task set at their largest moment: by value, and as they were converted. */
export type PendingBytes =
  | { readonly byValue: number; readonly converted: number }
  | { readonly unknown: string };

/** Plays a workflow with drivers that answer at once. A loop whose length only the run knows has one iteration. */
export async function pendingBytesOf(
  before: JsonObject,
  after: JsonObject,
  options: ConvertOptions,
): Promise<PendingBytes> {
  try {
    const byValue = convertWorkflow(before, { ...options, passBy: 'value' });
    const converted = await largestMoment(after, options.pluginName);
    return {
      byValue:
        byValue.kind === 'converted' ? await largestMoment(byValue.workflow, options.pluginName) : converted,
      converted,
    };
  } catch (error) {
    return { unknown: errorText(error) };
  }
}

async function largestMoment(workflow: JsonObject, pluginName: string): Promise<number> {
  const parameters = parameterTexts(workflow);
  // JSON is YAML; a workflow that is read again is checked as play checks it.
  const read = readWorkflow(JSON.stringify(workflow), ({ name, generateName, namespace }) => ({
    name: name ?? `${generateName ?? 'workflow-'}00000`,
    namespace: namespace ?? 'kubeflow',
    uid: '00000000-0000-0000-0000-000000000000',
    creationTimestamp: '2026-01-01T00:00:00Z',
  }));
  const { pendingBytes } = await walkWorkflow(read, {
    clock: instantClock(),
    post: async (body) => ({
      httpStatus: 200,
      httpStatusText: 'OK',
      text: answerOf(body, pluginName, parameters),
    }),
  });
  return pendingBytes;
}
