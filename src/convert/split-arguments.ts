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
  /**
   * What travels, by argument name, as the template has to write it. The driver's type is written out: with it one
   * input less travels.
   */
  readonly travelling: ReadonlyMap<string, string>;
}

/** One argument of a driver by reference. */
interface ReferableArgument {
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
  const travelling = new Map<string, string>();
  for (const { name, text, constantIn } of args) {
    const found = constantIn(callArguments);
    if (name === 'type') {
      travelling.set(name, found?.text ?? text);
    } else if (found === undefined) {
      travelling.set(name, text);
    } else {
      // The name of a flag needs no escapes.
      constant.push(`"${name}":${found.json}`);
    }
  }
  return { constant: `{${constant.join()}}`, travelling };
}

/** True for what can never stand in a reference. */
export function isDynamic(name: string): boolean {
  return dynamicFlags.includes(name) || name === nodeArgument || name === 'namespace';
}
