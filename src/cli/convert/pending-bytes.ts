import { errorText } from '../../common/error-text.js';
import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../../common/json.js';
import type { ConvertOptions } from '../../convert/convert-options.js';
import { convertWorkflow } from '../../convert/convert-workflow.js';
import { instantClock } from '../../play/clock.js';
import { readWorkflow } from '../../play/prepare/read-workflow.js';
import { walkWorkflow } from '../../play/walk/walk-workflow.js';

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
      text: JSON.stringify(answerTo(objectOf(JSON.parse(body)), pluginName, parameters)),
    }),
  });
  return pendingBytes;
}

/** What a driver would answer whose task runs: every declared output. */
function answerTo(body: JsonObject, pluginName: string, parameters: ReadonlyMap<string, string>): JsonObject {
  const template = objectOf(body['template']);
  const args = objectOf(objectOf(objectOf(template['plugin'])[pluginName])['args']);
  const outputs: Readonly<Record<string, string>> = {
    'execution-id': '1',
    'task-id': '1',
    'iteration-count': String(iterationsOf(args, parameters)),
    condition: 'true',
    'cached-decision': 'false',
  };
  const declared = listOf(objectOf(template['outputs'])['parameters']).map(objectOf);
  const answered = declared.map(({ name }) => ({
    name: String(name),
    value: outputs[String(name)] ?? '',
  }));
  return { node: { phase: 'Succeeded', message: 'estimated', outputs: { parameters: answered } } };
}

/** Items of a ParallelFor that are written in the task; 1 where they come from another task. */
function iterationsOf(args: JsonObject, parameters: ReadonlyMap<string, string>): number {
  const reference = objectOf(parse(parameters.get(String(args['arguments_from'] ?? ''))));
  const task = objectOf(parse(args['task'] ?? reference['task']));
  const items = parse(objectOf(objectOf(task['parameterIterator'])['items'])['raw']);
  return Array.isArray(items) ? items.length : 1;
}

function parse(text: Json | undefined): Json {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function parameterTexts(workflow: JsonObject): ReadonlyMap<string, string> {
  const parameters = listOf(objectOf(objectOf(workflow['spec'])['arguments'])['parameters']);
  return new Map(parameters.filter(isJsonObject).map(({ name, value }) => [String(name), String(value)]));
}
