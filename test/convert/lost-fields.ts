import { isJsonObject, type Json, type JsonObject, listOf, objectOf } from '../../src/common/json.js';

/** What docs/adoption.md says that a converted driver template loses. */
const lostByDrivers = [
  ...['container', 'metadata', 'podSpecPatch', 'volumes', 'initContainers', 'sidecars', 'securityContext'],
  ...['tolerations', 'nodeSelector', 'affinity', 'hostAliases', 'automountServiceAccountToken', 'executor'],
  ...['serviceAccountName', 'schedulerName', 'priorityClassName', 'priority', 'archiveLocation', 'plugin'],
];

/**
 * Paths of the fields of a workflow that its conversion no longer has, but for those that docs/adoption.md names:
 * the pod's parts of driver templates, the inputs that drivers no longer use and what calls gave for them, output
 * paths (now jsonPath), and the template's name where a hook calls a copy. null counts as absent, as in Kubernetes.
 */
export function lostFields(before: JsonObject, after: JsonObject): readonly string[] {
  const drivers = new Set(
    templatesOf(before)
      .filter((template) => JSON.stringify(objectOf(template['container'])['command']) === '["driver"]')
      .map(({ name }) => name),
  );
  const isDriver = (name: Json | undefined) => drivers.has(name ?? null);
  const remaining = new Map(templatesOf(after).map((template) => [template['name'], template]));
  const ofTemplates = templatesOf(before).flatMap((template) => {
    const converted = remaining.get(template['name'] ?? null);
    const path = `templates.${template['name']}`;
    if (converted === undefined) {
      return [path];
    }
    const named = isDriver(template['name']) && converted['container'] === undefined;
    return named
      ? lostOfDriver(template, converted, path)
      : lost(template, converted, path, (call) => isDriver(call['template']));
  });
  const without = (workflow: JsonObject) => ({
    ...workflow,
    spec: isJsonObject(workflow['spec'])
      ? { ...workflow['spec'], templates: [] }
      : (workflow['spec'] ?? null),
  });
  return [...ofTemplates, ...lost(without(before), without(after), '', (call) => isDriver(call['template']))];
}

function lostOfDriver(before: JsonObject, after: JsonObject, path: string): readonly string[] {
  const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !lostByDrivers.includes(key)));
  const inputs = objectOf(kept['inputs']);
  const leftInputs = new Set(parametersOf(after['inputs']).map(({ name }) => name));
  const used = parametersOf(inputs).filter(({ name }) => leftInputs.has(name));
  const isList = Array.isArray(inputs['parameters']);
  const withInputs = isList ? { ...kept, inputs: { ...inputs, parameters: used } } : kept;
  const paths = lost(withInputs, after, path, () => false);
  return paths.filter((lostPath) => !/\.outputs\.parameters\.\d+\.valueFrom\.path$/.test(lostPath));
}

function parametersOf(args: Json | undefined): readonly JsonObject[] {
  return listOf(objectOf(args)['parameters']).map(objectOf);
}

function lost(
  before: Json,
  after: Json | undefined,
  path: string,
  isDriverCall: (call: JsonObject) => boolean,
): readonly string[] {
  if (before === null) {
    return [];
  }
  if (typeof before !== 'object') {
    const isHookOfCopy = /(\.hooks\.\w+\.template|\.onExit|\.template)$/.test(path) && isCopy(before, after);
    return before === after || isHookOfCopy ? [] : [path];
  }
  if (typeof after !== 'object' || after === null || Array.isArray(before) !== Array.isArray(after)) {
    return [path];
  }
  const left =
    isJsonObject(before) && isJsonObject(after) && isDriverCall(before) ? withoutArguments(before) : before;
  return Object.entries(left).flatMap(([key, value]) =>
    Object.hasOwn(after, key)
      ? lost(value, (after as JsonObject)[key], `${path}.${key}`, isDriverCall)
      : [`${path}.${key}`],
  );
}

/** What a driver's call gives for inputs is checked where requests are compared; its other fields are checked here. */
function withoutArguments(call: JsonObject): JsonObject {
  const args = call['arguments'];
  if (!isJsonObject(args) || !Array.isArray(args['parameters'])) {
    return call;
  }
  const others = Object.fromEntries(Object.entries(args).filter(([key]) => key !== 'parameters'));
  return { ...call, arguments: others };
}

function isCopy(before: Json, after: Json | undefined): boolean {
  return (
    typeof after === 'string' &&
    /^(-exit-hook|-by-reference|-(root-)?dag|-container|(-(root-)?dag|-container)?-with-[\w-]+)(-\d+)?$/.test(
      after.slice(String(before).length),
    )
  );
}

function templatesOf(workflow: JsonObject): readonly JsonObject[] {
  return listOf(objectOf(workflow['spec'])['templates']).map(objectOf);
}
