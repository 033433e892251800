import { type JsonObject, listOf, objectOf } from '../common/json.js';
import type { CallGraph } from './call-graph.js';
import { type ChosenDrivers, chooseDrivers, nameOf } from './choose-drivers.js';
import type { Conversion, LeftAlone } from './conversion.js';
import { type ConvertOptions, defaultConvertOptions } from './convert-options.js';
import { countPods } from './count-pods.js';
import { mapMembers } from './map-json.js';
import { type ConvertedSpec, passByReference } from './pass-by-reference.js';
import { missedOf, optOutOfIstio, optsOutOfIstio } from './pod-parts.js';
import { type Driver, readDriver } from './read-driver.js';
import { argumentsOf, toPluginTemplate } from './to-plugin-template.js';
import { faultsOfNesting, faultsOfWorkflow } from './workflow-faults.js';

/**
 * Turns the driver pods of a KFP workflow into plugin templates, or says why it stays as it is. Pure: JSON data in,
 * JSON data out; what is not converted is shared with the input, in its order. Never half a conversion: where one
 * driver must stay a pod, all do, but for those that exit hooks reach. Never throws, whatever the data is.
 */
export function convertWorkflow(workflow: JsonObject, given: Partial<ConvertOptions> = {}): Conversion {
  const faults = faultsOfNesting(workflow);
  return faults.length > 0
    ? leftAlone('unsuitable', faults)
    : convertShallowWorkflow(workflow, { ...defaultConvertOptions, ...given });
}

/** The same for a workflow of which it is known that it nests no deeper than 500 levels: it would recurse as deep. */
export function convertShallowWorkflow(workflow: JsonObject, options: ConvertOptions): Conversion {
  const faults = faultsOfWorkflow(workflow);
  if (faults.length > 0) {
    return leftAlone('unsuitable', faults);
  }
  const chosen = chooseDrivers(objectOf(workflow['spec']), options);
  if (chosen.converting.length === 0) {
    const command = JSON.stringify(options.driverCommand);
    return leftAlone('nothing-to-do', [
      chosen.staying.length === 0
        ? `no template runs the command ${command} in a container`
        : 'only exit hooks reach its driver pods, which stay pods',
    ]);
  }
  const drivers = chosen.converting.map((template) => readDriver(template, options));
  const driverFaults = drivers.flatMap(({ name, faults }) =>
    [...faults, ...faultsOfCalls(chosen.graph, name)].map((fault) => `template ${name} ${fault}`),
  );
  if (driverFaults.length > 0) {
    return leftAlone('unsuitable', driverFaults);
  }
  return toConversion(workflow, chosen, new Map(drivers.map((driver) => [driver.name, driver])), options);
}

function leftAlone(kind: LeftAlone['kind'], sentences: readonly string[]): Conversion {
  return { kind: 'left-alone', reasons: sentences.map((sentence) => ({ kind, sentence })) };
}

function faultsOfCalls({ calls }: CallGraph, driver: string): readonly string[] {
  const isBad = calls.some(({ template, isWellFormed }) => template === driver && !isWellFormed);
  return isBad ? ['is called with arguments that are no list of parameters'] : [];
}

function toConversion(
  workflow: JsonObject,
  { spec, graph, staying }: ChosenDrivers,
  drivers: ReadonlyMap<string, Driver>,
  { passBy, pluginName }: ConvertOptions,
): Conversion {
  const converted =
    passBy === 'reference'
      ? passByReference(spec, graph, drivers, pluginName)
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
      savedPods: countPods(graph, new Set(drivers.keys())),
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
