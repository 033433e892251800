import { isJsonObject, type Json, type JsonObject } from '../common/json.js';
import { pathFlagsOf, toPluginOutputs } from './driver-outputs.js';
import { nodeArgument } from './known-flags.js';
import { podMembers } from './pod-parts.js';
import type { Driver } from './read-driver.js';

/** All arguments of a driver as KFP wrote them, without those that say where a pod's driver writes. */
export function argumentsOf(driver: Driver): ReadonlyMap<string, string> {
  const paths = pathFlagsOf(driver.template, driver.flags);
  return new Map([
    ...[...driver.flags].filter(([name]) => !paths.includes(name)),
    // The same for every attempt of a retryStrategy, another one where KFP means another task.
    [nodeArgument, '{{node.name}}'],
  ]);
}

/** A driver's template as a plugin template, with these arguments. */
export function toPluginTemplate(
  { template }: Driver,
  pluginName: string,
  args: ReadonlyMap<string, string>,
): JsonObject {
  const plugin = { [pluginName]: { args: Object.fromEntries(args) } };
  const entries = Object.entries(template).flatMap(([key, value]): [string, Json][] => {
    if (key === 'container') {
      return [['plugin', plugin]];
    }
    if (podMembers.includes(key) || key === 'plugin') {
      return [];
    }
    return [[key, convertMember(key, value)]];
  });
  return Object.fromEntries(entries);
}

function convertMember(key: string, value: Json): Json {
  switch (key) {
    case 'metadata':
      return isJsonObject(value) ? {} : value;
    case 'outputs':
      return toPluginOutputs(value);
    default:
      return value;
  }
}
