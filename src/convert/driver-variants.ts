import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { freeName } from './call-graph.js';
import type { NamedTexts } from './constant-text.js';
import { droppedInputs } from './dropped-inputs.js';
import { referenceArgument } from './known-flags.js';
import type { Driver } from './read-driver.js';
import { isDynamic, referable, type SplitArguments, splitArguments } from './split-arguments.js';
import type { Call } from './template-calls.js';
import { argumentsOf, toPluginTemplate } from './to-plugin-template.js';

/**
 * A plugin template for those calls of a driver that pass the same arguments by value: of one type, in a loop or not,
 * and with or without a text that Argo would change, so that no task carries what only another one needs.
 */
export interface DriverVariant {
  readonly name: string;
  readonly template: JsonObject;
  /** Name of the input that takes the reference. */
  readonly referenceInput: string;
  /** Names of the inputs that this variant no longer has. */
  readonly droppedInputs: readonly string[];
}

/** The variant for a call, and what its reference holds, as JSON. */
export interface VariantOfCall {
  readonly variant: DriverVariant;
  readonly constant: string;
}

export interface DriverVariants {
  readonly driver: Driver;
  /** By the arguments of the call, the object itself. */
  readonly ofCalls: ReadonlyMap<JsonObject, VariantOfCall>;
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
  const byName = referable(driver, args, context.named);
  const splits = new Map<JsonObject, SplitOfCall>();
  for (const call of free) {
    const split = splitArguments(byName, call.arguments);
    splits.set(call.arguments, { ...split, key: keyOf(split) });
  }
  const shapes = new Map([...splits.values()].map(({ key, travelling }) => [key, travelling]));
  const leastFirst = [...shapes].sort(([, one], [, other]) => one.size - other.size);
  const firstType = leastFirst[0]?.[1].get('type');
  const variants = new Map<string, DriverVariant>();
  for (const [key, travelling] of leastFirst) {
    const isFirst = variants.size === 0 && !needsPlain;
    const name = isFirst
      ? driver.name
      : freeName(`${driver.name}-${suffixOf(travelling, firstType)}`, context.taken);
    context.taken.add(name);
    variants.set(key, makeVariant(driver, travelling, name, context.pluginName));
  }
  const ofCalls = new Map<JsonObject, VariantOfCall>();
  for (const [callArguments, { key, constant }] of splits) {
    const variant = variants.get(key);
    if (variant !== undefined) {
      ofCalls.set(callArguments, { variant, constant });
    }
  }
  return {
    driver,
    ofCalls,
    templates: [...plain, ...[...variants.values()].map(({ template }) => template)],
  };
}

interface SplitOfCall extends SplitArguments {
  readonly key: string;
}

/** The same for calls of a driver that pass the same by value: only the type is not as its template has it. */
function keyOf({ travelling }: SplitArguments): string {
  return `${[...travelling.keys()].join()}=${travelling.get('type')}`;
}

/** What was planned for a call with these arguments. */
export function variantOf({ driver, ofCalls }: DriverVariants, callArguments: JsonObject): VariantOfCall {
  const found = ofCalls.get(callArguments);
  if (found === undefined) {
    throw new Error(`no variant of ${driver.name} was planned for this call`);
  }
  return found;
}

/** Names a variant by its type, where that is another one, and by what travels beside what always does. */
function suffixOf(travelling: ReadonlyMap<string, string>, firstType: string | undefined): string {
  const type = travelling.get('type');
  const further = [...travelling.keys()].filter((name) => !isDynamic(name));
  const parts = [
    ...(type !== undefined && type !== firstType && /^[A-Z_]+$/.test(type) ? [type.toLowerCase()] : []),
    ...(further.length > 0 ? ['with', ...further] : []),
  ];
  return parts.length === 0 ? 'by-reference' : parts.join('-').replaceAll(/[^A-Za-z0-9]/g, '-');
}

function makeVariant(
  driver: Driver,
  travelling: ReadonlyMap<string, string>,
  name: string,
  pluginName: string,
): DriverVariant {
  const inputs = objectOf(driver.template['inputs']);
  const parameters = listOf(inputs['parameters']);
  const names = new Set(parameters.map((parameter) => String(objectOf(parameter)['name'])));
  const referenceInput = freeName('arguments-from', names);
  const reference = `{{inputs.parameters.${referenceInput}}}`;
  const kept = new Map([...travelling, [referenceArgument, reference]]);
  const plugin = toPluginTemplate(driver, pluginName, kept);
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
