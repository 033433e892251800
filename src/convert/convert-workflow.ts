import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { createCallGraph } from './call-graph.js';
import type { Conversion, LeftAlone } from './conversion.js';
import { type ConvertOptions, defaultConvertOptions } from './convert-options.js';
import { countPods } from './count-pods.js';
import { mapMembers } from './map-json.js';
import { type ConvertedSpec, passByReference } from './pass-by-reference.js';
import { missedOf, optOutOfIstio, optsOutOfIstio } from './pod-parts.js';
import { type Driver, isPodDriver, readDriver } from './read-driver.js';
import { separateExitHooks } from './separate-exit-hooks.js';
import { callsOf, callsOfSpec } from './template-calls.js';
import { argumentsOf, toPluginTemplate } from './to-plugin-template.js';
import { faultsOfWorkflow } from './workflow-faults.js';

/**
 * Turns the driver pods of a KFP workflow into plugin templates, or says why it stays as it is. Pure: JSON data in,
 * JSON data out; what is not converted is shared with the input, in its order. Never half a conversion: where one
 * driver must stay a pod, all do, but for those that exit hooks reach.
 */
export function convertWorkflow(workflow: JsonObject, given: Partial<ConvertOptions> = {}): Conversion {
  const options = { ...defaultConvertOptions, ...given };
  const faults = faultsOfWorkflow(workflow);
  if (faults.length > 0) {
    return leftAlone('unsuitable', faults);
  }
  const spec = objectOf(workflow['spec']);
  const podDrivers = podDriversOf(spec, options);
  if (podDrivers.length === 0) {
    return leftAlone('nothing-to-do', [
      `no template runs the command ${JSON.stringify(options.driverCommand)} in a container`,
    ]);
  }
  const separated =
    options.exitHooks === 'pod' ? separateExitHooks(spec, new Set(podDrivers.map(nameOf))) : spec;
  const { converting, staying } = chooseDrivers(separated, options);
  if (converting.length === 0) {
    return leftAlone('nothing-to-do', ['only exit hooks reach its driver pods, which stay pods']);
  }
  const drivers = new Map(converting.map((template) => [nameOf(template), readDriver(template, options)]));
  const driverFaults = [...drivers.values()].flatMap(({ name, faults }) =>
    [...faults, ...faultsOfCalls(separated, name)].map((fault) => `template ${name} ${fault}`),
  );
  if (driverFaults.length > 0) {
    return leftAlone('unsuitable', driverFaults);
  }
  return toConversion(workflow, separated, drivers, staying, options);
}

function leftAlone(kind: LeftAlone['kind'], sentences: readonly string[]): Conversion {
  return { kind: 'left-alone', reasons: sentences.map((sentence) => ({ kind, sentence })) };
}

function faultsOfCalls(spec: JsonObject, driver: string): readonly string[] {
  const calls = [...callsOfSpec(spec), ...listOf(spec['templates']).map(objectOf).flatMap(callsOf)];
  const isBad = calls.some(({ template, isWellFormed }) => template === driver && !isWellFormed);
  return isBad ? ['is called with arguments that are no list of parameters'] : [];
}

function nameOf(template: JsonObject): string {
  return String(template['name']);
}

function podDriversOf(spec: JsonObject, options: ConvertOptions): readonly JsonObject[] {
  return listOf(spec['templates'])
    .map(objectOf)
    .filter((template) => isPodDriver(template, options));
}

interface ChosenDrivers {
  readonly converting: readonly JsonObject[];
  readonly staying: readonly JsonObject[];
}

function chooseDrivers(spec: JsonObject, options: ConvertOptions): ChosenDrivers {
  const all = podDriversOf(spec, options);
  if (options.exitHooks === 'plugin') {
    return { converting: all, staying: [] };
  }
  const { inRun } = createCallGraph(spec);
  return {
    converting: all.filter((template) => inRun.has(nameOf(template))),
    staying: all.filter((template) => !inRun.has(nameOf(template))),
  };
}

function toConversion(
  workflow: JsonObject,
  spec: JsonObject,
  drivers: ReadonlyMap<string, Driver>,
  staying: readonly JsonObject[],
  { passBy, pluginName }: ConvertOptions,
): Conversion {
  const converted =
    passBy === 'reference'
      ? passByReference(spec, drivers, pluginName)
      : passByValue(spec, drivers, pluginName);
  const templates = [...drivers.values()].map(({ template }) => template);
  const ready = templates.some(optsOutOfIstio) ? optOutOfIstio(converted.spec) : converted.spec;
  return {
    kind: 'converted',
    workflow: mapMembers(workflow, { spec: () => ready }),
    summary: {
      templates: converted.templates,
      podTemplates: staying.map(nameOf),
      parameters: converted.parameters,
      missed: templates.flatMap(missedOf),
      savedPods: countPods(spec, new Set(drivers.keys())),
    },
  };
}

function passByValue(
  spec: JsonObject,
  drivers: ReadonlyMap<string, Driver>,
  pluginName: string,
): ConvertedSpec {
  const templates = listOf(spec['templates']).map((template) => {
    const driver = drivers.get(nameOf(objectOf(template)));
    return driver === undefined ? template : toPluginTemplate(driver, pluginName, argumentsOf(driver));
  });
  return { spec: { ...spec, templates }, templates: [...drivers.keys()], parameters: [] };
}
