import type { JsonObject } from '../common/json.js';
import { serverOwnFlags } from '../common/server-own-flags.js';
import { type ConstantText, constantOf, givenText, inputOf, type NamedTexts } from './constant-text.js';
import { dynamicFlags, nodeArgument } from './known-flags.js';
import type { Driver } from './read-driver.js';

/** A driver's arguments for one call of its template: what stands in the reference, and what travels with the task. */
export interface SplitArguments {
  /** By argument name, sorted. */
  readonly constant: ReadonlyMap<string, ConstantText>;
  /**
   * What travels, by argument name, as the template has to write it. The driver's type is written out: with it one
   * input less travels.
   */
  readonly travelling: ReadonlyMap<string, string>;
}

/** What a driver's arguments by reference are made of: without the server's own, in the order of their names. */
export function referable(args: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = new Set<string>(serverOwnFlags);
  return new Map(
    [...args].filter(([name]) => !own.has(name)).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Splits the referable arguments of a driver as one call of its template gives them. */
export function splitArguments(
  driver: Driver,
  args: ReadonlyMap<string, string>,
  callArguments: JsonObject,
  named: NamedTexts,
): SplitArguments {
  const constant = new Map<string, ConstantText>();
  const travelling = new Map<string, string>();
  for (const [name, text] of args) {
    const found = constantForCall(driver, text, callArguments, named);
    if (name === 'type' && typeof found === 'string') {
      travelling.set(name, found);
    } else if (found === undefined || isDynamic(name)) {
      travelling.set(name, text);
    } else {
      constant.set(name, found);
    }
  }
  return { constant, travelling };
}

/** True for what can never stand in a reference. */
export function isDynamic(name: string): boolean {
  return dynamicFlags.includes(name) || name === nodeArgument || name === 'namespace';
}

function constantForCall(
  driver: Driver,
  text: string,
  callArguments: JsonObject,
  named: NamedTexts,
): ConstantText | undefined {
  const input = inputOf(text);
  const given = input === undefined ? text : givenText(driver.template, callArguments, input);
  return given === undefined ? undefined : constantOf(given, named);
}
