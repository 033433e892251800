import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { templateKinds } from '../workflow/template-kinds.js';
import { faultsOfContainer } from './container-faults.js';
import type { ConvertOptions } from './convert-options.js';
import { readDriverFlags } from './driver-flags.js';
import { faultsOfOutputs } from './driver-outputs.js';
import { nodeArgument, referenceArgument } from './known-flags.js';
import { isArguments } from './template-calls.js';

/** A template that runs KFP's driver in a pod. */
export interface Driver {
  readonly name: string;
  readonly template: JsonObject;
  readonly flags: ReadonlyMap<string, string>;
  /** Why it must stay a pod; each completes the sentence "template X ...". */
  readonly faults: readonly string[];
}

/** True for a template whose container runs the driver's command. Its name says nothing. */
export function isPodDriver(
  template: JsonObject,
  { driverCommand }: Pick<ConvertOptions, 'driverCommand'>,
): boolean {
  const command = listOf(objectOf(template['container'])['command']);
  return (
    driverCommand.length > 0 &&
    command.length === driverCommand.length &&
    command.every((word, at) => word === driverCommand[at])
  );
}

/** Reads a driver's template, with all that forbids to convert it. */
export function readDriver(template: JsonObject, options: ConvertOptions): Driver {
  const container = objectOf(template['container']);
  const { flags, faults } = readDriverFlags(container['args'] ?? []);
  const taken = [nodeArgument, referenceArgument].filter((name) => flags.has(name));
  return {
    name: String(template['name']),
    template,
    flags,
    faults: [
      ...faults,
      ...taken.map((name) => `has the flag --${name}, a name that a converted template needs`),
      ...faultsOfKind(template),
      ...faultsOfInputs(template),
      ...faultsOfOutputs(template, flags),
      ...faultsOfContainer(template, flags, options),
    ],
  };
}

function faultsOfKind(template: JsonObject): readonly string[] {
  const others = templateKinds.filter((kind) => kind !== 'container' && (template[kind] ?? null) !== null);
  return [
    ...others.map((kind) => `has a ${kind} beside its container`),
    ...(template['daemon'] === true ? ['is a daemon, which a plugin cannot be'] : []),
  ];
}

function faultsOfInputs(template: JsonObject): readonly string[] {
  const inputs = template['inputs'] ?? {};
  if (!isArguments(inputs)) {
    return ['has inputs that are no list of parameters'];
  }
  return listOf(objectOf(inputs)['artifacts']).length > 0 ? ['takes artifacts, which a plugin cannot'] : [];
}
