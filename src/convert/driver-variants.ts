import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { freeName } from './call-graph.js';
import type { ConstantText, NamedTexts } from './constant-text.js';
import { droppedInputs } from './dropped-inputs.js';
import { referenceArgument } from './known-flags.js';
import type { Driver } from './read-driver.js';
import { splitArguments } from './split-arguments.js';
import type { Call } from './template-calls.js';
import { argumentsOf, toPluginTemplate } from './to-plugin-template.js';

/**
 * A plugin template for those calls of a driver that pass the same arguments by value. Most drivers have one; a second
 * one is there for calls with a text that Argo would change, so that all others need not carry theirs.
 */
export interface DriverVariant {
  readonly name: string;
  readonly template: JsonObject;
  /** Name of the input that takes the reference. */
  readonly referenceInput: string;
  /** Names of the inputs that this variant no longer has. */
  readonly droppedInputs: readonly string[];
}

export interface DriverVariants {
  readonly driver: Driver;
  readonly args: ReadonlyMap<string, string>;
  readonly byTravelling: ReadonlyMap<string, DriverVariant>;
  readonly templates: readonly JsonObject[];
}

interface PlanContext {
  readonly named: NamedTexts;
  /** Names of all templates; those of new variants are added. */
  readonly taken: Set<string>;
  readonly pluginName: string;
}

/** Makes the variants that a driver's calls need; the one that carries least keeps the template's name. */
export function planVariants(driver: Driver, calls: readonly Call[], context: PlanContext): DriverVariants {
  const args = argumentsOf(driver);
  const free = calls.filter(({ isBare }) => !isBare);
  // Who calls by name alone cannot hand over a reference.
  const needsPlain = free.length < calls.length || calls.length === 0;
  const plain = needsPlain ? [toPluginTemplate(driver, context.pluginName, args)] : [];
  const shapes = new Map(
    free
      .map((call) => splitArguments(driver, args, call.arguments, context.named).travelling)
      .sort((one, other) => one.length - other.length)
      .map((travelling) => [keyOf(travelling), travelling]),
  );
  const byTravelling = new Map<string, DriverVariant>();
  for (const [key, travelling] of shapes) {
    const isFirst = byTravelling.size === 0 && !needsPlain;
    const name = isFirst ? driver.name : freeName(`${driver.name}-by-value`, context.taken);
    context.taken.add(name);
    byTravelling.set(key, makeVariant(driver, args, travelling, name, context.pluginName));
  }
  const variants = [...byTravelling.values()].map(({ template }) => template);
  return { driver, args, byTravelling, templates: [...plain, ...variants] };
}

/** The variant for a call with these arguments, and what its reference holds. */
export function variantOf(
  { driver, args, byTravelling }: DriverVariants,
  callArguments: JsonObject,
  named: NamedTexts,
): { readonly variant: DriverVariant; readonly constant: ReadonlyMap<string, ConstantText> } {
  const { constant, travelling } = splitArguments(driver, args, callArguments, named);
  const variant = byTravelling.get(keyOf(travelling));
  if (variant === undefined) {
    throw new Error(`no variant of ${driver.name} was planned for this call`);
  }
  return { variant, constant };
}

function keyOf(travelling: readonly string[]): string {
  return travelling.join(' ');
}

function makeVariant(
  driver: Driver,
  args: ReadonlyMap<string, string>,
  travelling: readonly string[],
  name: string,
  pluginName: string,
): DriverVariant {
  const inputs = objectOf(driver.template['inputs']);
  const parameters = listOf(inputs['parameters']);
  const names = new Set(parameters.map((parameter) => String(objectOf(parameter)['name'])));
  const referenceInput = freeName('arguments-from', names);
  const reference = `{{inputs.parameters.${referenceInput}}}`;
  const kept = new Map<string, string>(travelling.map((argument) => [argument, args.get(argument) ?? '']));
  const plugin = toPluginTemplate(driver, pluginName, kept.set(referenceArgument, reference));
  const dropped = droppedInputs(driver.template, plugin, [...names]);
  const left = parameters.filter((parameter) => !dropped.includes(String(objectOf(parameter)['name'])));
  const withInputs = { ...inputs, parameters: [...left, { name: referenceInput }] };
  return {
    name,
    template: { ...plugin, name, inputs: withInputs },
    referenceInput,
    droppedInputs: dropped,
  };
}
