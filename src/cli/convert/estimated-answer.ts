import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../../common/json.js';

/** The reply for a POST whose driver lets its task run: every declared output. */
export function answerOf(post: string, pluginName: string, parameters: ReadonlyMap<string, string>): string {
  const body: Json = JSON.parse(post);
  const template = objectOf(objectOf(body)['template']);
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
  const outputsOfNode = { parameters: answered };
  return JSON.stringify({ node: { phase: 'Succeeded', message: 'estimated', outputs: outputsOfNode } });
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

/** The texts of a workflow's parameters, by name. */
export function parameterTexts(workflow: JsonObject): ReadonlyMap<string, string> {
  const parameters = listOf(objectOf(objectOf(workflow['spec'])['arguments'])['parameters']);
  return new Map(parameters.filter(isJsonObject).map(({ name, value }) => [String(name), String(value)]));
}
