import { type JsonObject, listOf, objectOf } from '../common/json.js';
import type { CallGraph } from './call-graph.js';
import { namedTextsOf } from './constant-text.js';
import { type DriverVariants, planVariants, variantOf } from './driver-variants.js';
import type { Driver } from './read-driver.js';
import { createReferences, type References } from './references.js';
import { argumentsOfCall, mapCalls, mapSpecHooks, type RewriteCall } from './template-calls.js';

/** A spec whose drivers are plugins, and the names of what was added to it. */
export interface ConvertedSpec {
  readonly spec: JsonObject;
  /** Names of the driver templates, plugins now. */
  readonly templates: readonly string[];
  /** Names of the workflow parameters that were added. */
  readonly parameters: readonly string[];
}

/** Turns the drivers of a spec into plugins and puts what is constant of their tasks into workflow parameters. */
export function passByReference(
  spec: JsonObject,
  graph: CallGraph,
  drivers: ReadonlyMap<string, Driver>,
  pluginName: string,
): ConvertedSpec {
  const references = createReferences(spec);
  const variants = planAll(spec, drivers, graph, pluginName);
  const rewrite: RewriteCall = (call, { isBare }) => {
    const planned = variants.get(String(call['template']));
    return planned === undefined || isBare ? call : rewriteCall(call, planned, references);
  };
  const templates = listOf(spec['templates']).flatMap((value) => {
    const planned = variants.get(String(objectOf(value)['name']));
    return planned === undefined ? [mapCalls(objectOf(value), rewrite)] : planned.templates;
  });
  const converted = { ...mapSpecHooks(spec, rewrite), templates };
  return {
    spec: addParameters(converted, references),
    templates: [...variants.values()].flatMap((planned) => planned.templates.map(({ name }) => String(name))),
    parameters: references.parameters.map(({ name }) => name),
  };
}

function planAll(
  spec: JsonObject,
  drivers: ReadonlyMap<string, Driver>,
  graph: CallGraph,
  pluginName: string,
): ReadonlyMap<string, DriverVariants> {
  const named = namedTextsOf(spec);
  const taken = new Set(graph.templates.keys());
  return new Map(
    [...drivers].map(([name, driver]) => {
      const own = graph.calls.filter(({ template }) => template === name);
      return [name, planVariants(driver, own, { named, taken, pluginName })];
    }),
  );
}

/** The call names the variant and the reference, and no longer gives what neither of them uses. */
function rewriteCall(call: JsonObject, planned: DriverVariants, references: References): JsonObject {
  const args = argumentsOfCall(call);
  const { variant, constant } = variantOf(planned, args);
  const given = listOf(args['parameters']).filter(
    (parameter) => !variant.droppedInputs.includes(String(objectOf(parameter)['name'])),
  );
  const parameters = [...given, { name: variant.referenceInput, value: references.add(constant) }];
  return { ...call, template: variant.name, arguments: { ...args, parameters } };
}

function addParameters(spec: JsonObject, { parameters }: References): JsonObject {
  if (parameters.length === 0) {
    return spec;
  }
  const args = objectOf(spec['arguments']);
  const existing = listOf(args['parameters']);
  return {
    ...spec,
    arguments: { ...args, parameters: [...existing, ...parameters.map((parameter) => ({ ...parameter }))] },
  };
}
