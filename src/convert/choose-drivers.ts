import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { type CallGraph, createCallGraph } from './call-graph.js';
import type { ConvertOptions } from './convert-options.js';
import { isPodDriver } from './read-driver.js';
import { separateExitHooks } from './separate-exit-hooks.js';

/** A spec's drivers in pods: those that become plugins, and those that stay because exit hooks reach them. */
export interface ChosenDrivers {
  /** With templates of their own for exit hooks, where these stay pods. */
  readonly spec: JsonObject;
  readonly graph: CallGraph;
  readonly converting: readonly JsonObject[];
  readonly staying: readonly JsonObject[];
}

export function chooseDrivers(given: JsonObject, options: ConvertOptions): ChosenDrivers {
  const graph = createCallGraph(given);
  const all = podDriversOf(given, options);
  if (options.exitHooks === 'plugin' || all.length === 0) {
    return { spec: given, graph, converting: all, staying: [] };
  }
  const spec = separateExitHooks(given, graph, new Set(all.map(nameOf)));
  const separated = spec === given ? graph : createCallGraph(spec);
  const drivers = podDriversOf(spec, options);
  const isInRun = (template: JsonObject) => separated.inRun.has(nameOf(template));
  return {
    spec,
    graph: separated,
    converting: drivers.filter(isInRun),
    staying: drivers.filter((template) => !isInRun(template)),
  };
}

function podDriversOf(spec: JsonObject, options: ConvertOptions): readonly JsonObject[] {
  return listOf(spec['templates'])
    .map(objectOf)
    .filter((template) => isPodDriver(template, options));
}

/** A template's name; that it is a text has been checked. */
export function nameOf(template: JsonObject): string {
  return String(template['name']);
}
