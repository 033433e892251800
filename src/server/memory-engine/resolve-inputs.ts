import { isJsonObject, type JsonObject } from '../../common/json.js';
import { at, type Json, parseJson } from './parse-spec.js';

/** Input parameters of a DAG whose values are known; the others are left out. */
export type Inputs = ReadonlyMap<string, Json>;

export const noInputs: Inputs = new Map();

/** Inputs of the whole pipeline: the run's values, else the component's defaults. */
export function resolveRootInputs(
  runtimeConfig: JsonObject | undefined,
  component: JsonObject | undefined,
): Inputs {
  const given = Object.entries(at(runtimeConfig, 'parameterValues') ?? {});
  return withDefaults(new Map(given), component, new Set());
}

/**
 * Inputs of a task as far as its spec and its parent tell: constants, the parent's inputs, the component's defaults.
 * What another task's output decides stays unknown
 * (https://github.com/kubeflow/pipelines/blob/master/backend/src/v2/driver/resolve.go knows the rest).
 */
export function resolveTaskInputs(
  task: JsonObject | undefined,
  component: JsonObject | undefined,
  parentInputs: Inputs,
): Inputs {
  const specs = Object.entries(at(task, 'inputs', 'parameters') ?? {});
  const known = new Map<string, Json>();
  for (const [name, spec] of specs) {
    const value = resolve(spec, parentInputs);
    if (value !== undefined) {
      known.set(name, value);
    }
  }
  return withDefaults(known, component, new Set(specs.map(([name]) => name)));
}

function resolve(spec: Json, parentInputs: Inputs): Json {
  const source = at(spec, 'componentInputParameter');
  const value = typeof source === 'string' ? parentInputs.get(source) : at(spec, 'runtimeValue', 'constant');
  const selector = at(spec, 'parameterExpressionSelector');
  return typeof selector === 'string' && value !== undefined ? select(value, selector) : value;
}

/** The one selector that KFP's compiler writes: `parseJson(string_value)["name"]`, for items of a loop. */
function select(value: Json, selector: string): Json {
  const name = /^parseJson\(string_value\)\[(["'])(.*)\1\]$/.exec(selector)?.[2];
  if (name === undefined) {
    return undefined;
  }
  return at(typeof value === 'string' ? parseJson(value) : value, name);
}

function withDefaults(
  known: Map<string, Json>,
  component: JsonObject | undefined,
  decidedElsewhere: ReadonlySet<string>,
): Inputs {
  for (const [name, definition] of Object.entries(at(component, 'inputDefinitions', 'parameters') ?? {})) {
    const value = isJsonObject(definition) ? definition['defaultValue'] : undefined;
    if (value !== undefined && !known.has(name) && !decidedElsewhere.has(name)) {
      known.set(name, value);
    }
  }
  return known;
}
