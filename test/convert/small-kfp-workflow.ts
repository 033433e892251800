import assert from 'node:assert/strict';
import { type JsonObject, listOf, objectOf } from '../../src/common/json.js';
import type { ConvertOptions } from '../../src/convert/convert-options.js';
import { convertWorkflow } from '../../src/convert/convert-workflow.js';

/** A driver template of one input, as KFP writes them. */
export function driverTemplate(more: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    name: 'system-container-driver',
    inputs: { parameters: [{ name: 'task' }, { name: 'parent-dag-id', default: '0' }] },
    outputs: { parameters: [{ name: 'condition', valueFrom: { path: '/tmp/condition', default: 'true' } }] },
    container: {
      command: ['driver'],
      image: 'driver',
      args: [
        ...['--type', 'CONTAINER', '--task', '{{inputs.parameters.task}}', '--run_name={{workflow.name}}'],
        ...['--dag_execution_id', '{{inputs.parameters.parent-dag-id}}', '--run_display_name', ''],
        ...['--log_level', '1', '--condition_path', '{{outputs.parameters.condition.path}}'],
      ],
      ...container,
    },
    ...more,
  };
}

/** A DAG task that calls the driver. */
export function driverTask(name: string, task: string, more: JsonObject = {}): JsonObject {
  const parameters = [{ name: 'task', value: task }];
  return { name, template: 'system-container-driver', arguments: { parameters }, ...more };
}

export function dag(name: string, tasks: JsonObject[]): JsonObject {
  return { name, dag: { tasks } };
}

export function smallWorkflow(
  templates: JsonObject[],
  spec: JsonObject = {},
  more: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'small-' },
    spec: { entrypoint: 'root', templates, ...spec },
    ...more,
  };
}

/** One driver, called once. */
export function plainWorkflow(driver = driverTemplate()): JsonObject {
  return smallWorkflow([dag('root', [driverTask('one', '{"a":1}')]), driver]);
}

export function convert(workflow: JsonObject, options: Partial<ConvertOptions> = {}) {
  const conversion = convertWorkflow(workflow, options);
  assert.ok(conversion.kind === 'converted', JSON.stringify(conversion));
  return conversion;
}

export function reasonsOf(workflow: JsonObject, options: Partial<ConvertOptions> = {}): readonly string[] {
  const conversion = convertWorkflow(workflow, options);
  assert.ok(conversion.kind === 'left-alone', 'it was converted');
  return conversion.reasons.map(({ sentence }) => sentence);
}

export function templatesOf(workflow: JsonObject): Readonly<Record<string, JsonObject>> {
  const templates = listOf(objectOf(workflow['spec'])['templates']).map(objectOf);
  return Object.fromEntries(templates.map((template) => [String(template['name']), template]));
}

export function parametersOf(workflow: JsonObject): Readonly<Record<string, unknown>> {
  const parameters = listOf(objectOf(objectOf(workflow['spec'])['arguments'])['parameters']).map(objectOf);
  return Object.fromEntries(parameters.map(({ name, value }) => [String(name), value]));
}

export function argsOf(template: JsonObject | undefined): JsonObject {
  return objectOf(objectOf(objectOf(template?.['plugin'])['driver-plugin'])['args']);
}

export function taskOf(template: JsonObject | undefined, name: string): JsonObject {
  const tasks = listOf(objectOf(template?.['dag'])['tasks']).map(objectOf);
  return tasks.find((task) => task['name'] === name) ?? {};
}
