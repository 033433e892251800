import { type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import { outputPathFlags } from './known-flags.js';
import { inList, inObject, mapMembers } from './map-json.js';
import { isArguments } from './template-calls.js';

const outputTag = /^\{\{ *outputs\.parameters\.([\w-]+)\.path *\}\}$/;

/** The flags that say where the driver writes its outputs: by their names, or because they name a declared output. */
export function pathFlagsOf(template: JsonObject, flags: ReadonlyMap<string, string>): readonly string[] {
  const paths = parametersOf(template).map((parameter) => objectOf(parameter['valueFrom'])['path']);
  return [...flags]
    .filter(
      ([name, value]) =>
        outputPathFlags.includes(name) ||
        (name.endsWith('_path') && (outputTag.test(value) || paths.includes(value))),
    )
    .map(([name]) => name);
}

/** Outputs that a plugin could not return; each completes the sentence "template X ...". */
export function faultsOfOutputs(template: JsonObject, flags: ReadonlyMap<string, string>): readonly string[] {
  const outputs = template['outputs'] ?? {};
  if (!isArguments(outputs)) {
    return ['has outputs that are no list of parameters'];
  }
  const others = Object.keys(objectOf(outputs)).filter(
    (name) => name !== 'parameters' && !isEmpty(objectOf(outputs)[name]),
  );
  return [
    ...others.map((name) => `returns ${name}, which a driver plugin does not`),
    ...parametersOf(template).flatMap((parameter) => faultsOfOutput(parameter, flags)),
  ];
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function faultsOfOutput(parameter: JsonObject, flags: ReadonlyMap<string, string>): readonly string[] {
  const { name, valueFrom } = parameter;
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name)) {
    return ['has an output without a plain name'];
  }
  const path = objectOf(valueFrom)['path'];
  if (typeof path !== 'string') {
    return [`has the output ${name}, which comes from no file of the driver`];
  }
  const isWritten = [...flags].some(([flag, value]) => {
    const tagged = outputTag.exec(value)?.[1];
    return flag === `${name.replaceAll('-', '_')}_path` && (tagged === name || value === path);
  });
  return isWritten ? [] : [`has the output ${name}, which no flag of the driver writes`];
}

/** The outputs as a plugin returns them: `valueFrom.path` becomes `jsonPath`, defaults stay. */
export const toPluginOutputs = inObject((outputs) =>
  mapMembers(outputs, {
    parameters: inList(
      inObject((parameter) => mapMembers(parameter, { valueFrom: inObject(jsonPathOf(parameter)) })),
    ),
  }),
);

function jsonPathOf(parameter: JsonObject): (valueFrom: JsonObject) => Json {
  return (valueFrom) =>
    Object.fromEntries(
      Object.entries(valueFrom).map(([key, value]) =>
        key === 'path' ? ['jsonPath', `$.${parameter['name']}`] : [key, value],
      ),
    );
}

function parametersOf(template: JsonObject): readonly JsonObject[] {
  return listOf(objectOf(template['outputs'])['parameters']).map(objectOf);
}
