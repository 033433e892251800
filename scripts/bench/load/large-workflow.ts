import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../../../src/common/json.js';

/**
 * One workflow of some size out of many compiled ones, as a large pipeline has it: their templates and parameters side by
 * side under names of their own, but for the drivers, which all of them share. Its root runs them one beside the other.
 */
export function joinWorkflows(workflows: readonly JsonObject[], leastBytes: number): JsonObject {
  const [first = {}] = workflows;
  const templates: JsonObject[] = [];
  const parameters: Json[] = [];
  const tasks: Json[] = [];
  const drivers = new Map<string, JsonObject>();
  let bytes = 0;
  for (let at = 0; bytes < leastBytes; at += 1) {
    const spec = objectOf(workflows[at % workflows.length]?.['spec']);
    const added = listOf(spec['templates'])
      .map(objectOf)
      .map((template) => rename(template, at));
    for (const template of added) {
      const isDriver = /^system-(dag|container)-driver$/.test(String(template['name']));
      if (isDriver) {
        drivers.set(String(template['name']), template);
      } else {
        templates.push(template);
      }
    }
    const owned = listOf(objectOf(spec['arguments'])['parameters']).map((one) => rename(objectOf(one), at));
    parameters.push(...owned);
    tasks.push({ name: `part-${at}`, template: `entrypoint-${at}` });
    bytes += JSON.stringify([added, owned]).length;
  }
  const root = { name: 'root-of-all', inputs: {}, outputs: {}, metadata: {}, dag: { tasks } };
  return {
    ...first,
    spec: {
      ...objectOf(first['spec']),
      entrypoint: 'root-of-all',
      arguments: { parameters },
      templates: [...drivers.values(), ...templates, root],
    },
  };
}

const shared = /^system-(dag|container)-driver$/;

/** Names of templates and workflow parameters with a number behind. */
function rename(value: JsonObject, at: number): JsonObject {
  const change = (one: Json, key: string): Json => {
    if (Array.isArray(one)) {
      return one.map((item) => change(item, key));
    }
    if (isJsonObject(one)) {
      return Object.fromEntries(Object.entries(one).map(([name, member]) => [name, change(member, name)]));
    }
    if (typeof one !== 'string') {
      return one;
    }
    return key === 'template' && !shared.test(one)
      ? `${one}-${at}`
      : one.replace(/\{\{workflow\.parameters\.([\w-]+)\}\}/g, `{{workflow.parameters.$1-${at}}}`);
  };
  const renamed = change(value, '') as JsonObject;
  const name = String(value['name']);
  return { ...renamed, name: shared.test(name) ? name : `${name}-${at}` };
}
