import type { DriverType } from '../driver-type.js';
import {
  type ArgumentKind,
  envelopeArguments,
  fieldNames,
  kfp3Requirements,
  mayBeEmpty,
  mlmdRequirements,
  neverByReference,
  outputPathArguments,
  overrideArguments,
  requestArguments,
} from './driver-arguments.js';
import { type Argument, readArgument, readUnknownArgument } from './read-argument.js';

/** What is wrong with one argument: `fault` is the second half of the sentence `argument "x" ...`. */
export interface ArgumentFault {
  readonly argument: string;
  readonly fault: string;
}

export type Fields = Record<string, string | number | boolean>;

/** A driver's arguments as the contract carries them. */
export interface ReadArguments {
  /** Fields of ExecuteRequest. */
  readonly fields: Fields;
  readonly untrustedOverrides: Fields;
  readonly extraArgs: Record<string, string>;
}

/** Reads arguments by their names; what is wrong with them is added to `faults`. */
export function readArguments(given: ReadonlyMap<string, Argument>, faults: ArgumentFault[]): ReadArguments {
  return {
    fields: readFields(requestKinds, given, faults),
    untrustedOverrides: readFields(overrideKinds, given, faults),
    extraArgs: readExtraArguments(given, faults),
  };
}

type Kinds = readonly (readonly [name: string, kind: ArgumentKind])[];
const requestKinds: Kinds = Object.entries(requestArguments);
const overrideKinds: Kinds = Object.entries(overrideArguments);

function readFields(kinds: Kinds, given: ReadonlyMap<string, Argument>, faults: ArgumentFault[]): Fields {
  const fields: Fields = {};
  for (const [name, kind] of kinds) {
    const argument = given.get(name);
    if (argument === undefined) {
      continue;
    }
    const read = readArgument(kind, argument);
    if ('fault' in read) {
      faults.push({ argument: name, fault: read.fault });
    } else {
      fields[fieldNames.get(name) ?? name] = read.value;
    }
  }
  return fields;
}

const handled: ReadonlySet<string> = new Set([
  ...Object.keys(requestArguments),
  ...Object.keys(overrideArguments),
  ...envelopeArguments,
  ...outputPathArguments,
]);

function readExtraArguments(
  given: ReadonlyMap<string, Argument>,
  faults: ArgumentFault[],
): Record<string, string> {
  const extra: [string, string][] = [];
  for (const [name, argument] of given) {
    if (handled.has(name)) {
      continue;
    }
    const read = readUnknownArgument(argument);
    if (read === undefined) {
      continue;
    }
    if ('fault' in read) {
      faults.push({ argument: name, fault: read.fault });
    } else if (!name.isWellFormed()) {
      faults.push({ argument: name, fault: 'has a lone surrogate in its name' });
    } else {
      extra.push([name, String(read.value)]);
    }
  }
  // fromEntries makes own properties, "__proto__" too.
  return Object.fromEntries(extra);
}

/**
 * Faults for arguments that a driver of this type must have. parent_task_id marks the KFP 3.0 dialect, which has no
 * component. Where arguments_from names a reference, only what it cannot hold is asked for.
 */
export function missingArguments(
  type: DriverType,
  argumentValue: (argument: string) => unknown,
): readonly ArgumentFault[] {
  const requirements = argumentValue('parent_task_id') !== undefined ? kfp3Requirements : mlmdRequirements;
  const reference = argumentValue('arguments_from');
  const needed =
    reference === undefined
      ? requirements[type]
      : [...requirements[type].filter((argument) => neverByReference.includes(argument)), 'arguments_from'];
  const faults: ArgumentFault[] = [];
  for (const argument of needed) {
    const value = argumentValue(argument);
    if (value === undefined) {
      faults.push({ argument, fault: `is missing: ${type} needs it` });
    } else if (value === '' && !mayBeEmpty.includes(argument)) {
      faults.push({ argument, fault: `is empty: ${type} needs it` });
    }
  }
  return faults;
}
