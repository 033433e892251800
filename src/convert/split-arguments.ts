import type { JsonObject } from '../common/json.js';
import { serverOwnFlags } from '../common/server-own-flags.js';
import {
  type ConstantText,
  constantOf,
  findInput,
  givenText,
  inputOf,
  type NamedTexts,
} from './constant-text.js';
import { dynamicFlags, nodeArgument } from './known-flags.js';
import type { Driver } from './read-driver.js';

/** A driver's arguments for one call of its template: what stands in the reference, and what travels with the task. */
export interface SplitArguments {
  /** The JSON text of an object, by argument name, sorted. */
  readonly constant: string;
  /** The driver's type as its template has to write it: written out where it can be, so that one input less travels. */
  readonly type: string | undefined;
  /** Names of the arguments that travel beside what always does, because only this task knows them. */
  readonly further: readonly string[];
}

/** One argument of a driver by reference. */
export interface ReferableArgument {
  readonly name: string;
  /** As the template writes it. */
  readonly text: string;
  /** What it is in a call with these arguments; undefined where only the task knows. */
  readonly constantIn: (callArguments: JsonObject) => ConstantText | undefined;
}

/** What a driver's arguments by reference are made of: without the server's own, in the order of their names. */
export function referable(
  driver: Driver,
  args: ReadonlyMap<string, string>,
  named: NamedTexts,
): readonly ReferableArgument[] {
  const own = new Set<string>(serverOwnFlags);
  return [...args]
    .filter(([name]) => !own.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]) => ({ name, text, constantIn: readConstant(driver, name, text, named) }));
}

/** Looks up once what is the same for all calls of a driver: a large workflow has thousands. */
function readConstant(
  { template }: Driver,
  name: string,
  text: string,
  named: NamedTexts,
): ReferableArgument['constantIn'] {
  if (isDynamic(name) && name !== 'type') {
    return () => undefined;
  }
  const input = inputOf(text);
  if (input === undefined) {
    const constant = constantOf(text, named);
    return () => constant;
  }
  const declared = findInput(template, input);
  return (callArguments) => {
    const given = declared && givenText(declared, callArguments);
    return given === undefined ? undefined : constantOf(given, named);
  };
}

/** Splits the referable arguments of a driver as one call of its template gives them. */
export function splitArguments(
  args: readonly ReferableArgument[],
  callArguments: JsonObject,
): SplitArguments {
  const constant: string[] = [];
  const further: string[] = [];
  let type: string | undefined;
  for (const { name, text, constantIn } of args) {
    const found = constantIn(callArguments);
    if (name === 'type') {
      type = found?.text ?? text;
    } else if (found !== undefined) {
      // The name of a flag needs no escapes.
      constant.push(`"${name}":${found.json}`);
    } else if (!isDynamic(name)) {
      further.push(name);
    }
  }
  return { constant: `{${constant.join()}}`, type, further };
}

/** All that travels with a task whose arguments were split so, by argument name, as its template has to write it. */
export function travellingOf(
  args: readonly ReferableArgument[],
  { type, further }: SplitArguments,
): ReadonlyMap<string, string> {
  const travelling = args.filter(({ name }) => isDynamic(name) || further.includes(name));
  return new Map(travelling.map(({ name, text }) => [name, name === 'type' ? (type ?? text) : text]));
}

/** True for what can never stand in a reference. */
export function isDynamic(name: string): boolean {
  return dynamicFlags.includes(name) || name === nodeArgument || name === 'namespace';
}
