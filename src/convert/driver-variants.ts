import { type JsonObject, listOf, objectOf } from '../common/json.js';
import { freeName } from './call-graph.js';
import type { NamedTexts } from './constant-text.js';
import { droppedInputs } from './dropped-inputs.js';
import { referenceArgument } from './known-flags.js';
import type { Driver } from './read-driver.js';
import {
  type ReferableArgument,
  referable,
  type SplitArguments,
  splitArguments,
  travellingOf,
} from './split-arguments.js';
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
  /** What the references of its calls hold, as JSON, by the arguments of the call, the object itself. */
  readonly constants: ReadonlyMap<JsonObject, string>;
}

/** The variant for a call, and what its reference holds, as JSON. */
export interface VariantOfCall {
  readonly variant: DriverVariant;
  readonly constant: string;
}

export interface DriverVariants {
  readonly driver: Driver;
  readonly variants: readonly DriverVariant[];
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
  const leastFirst = shapesOf(byName, free).sort(
    ({ split: one }, { split: other }) => one.further.length - other.further.length,
  );
  const firstType = leastFirst[0]?.split.type;
  const variants = leastFirst.map(({ split, constants }, at): DriverVariant => {
    const isFirst = at === 0 && !needsPlain;
    const name = isFirst
      ? driver.name
      : freeName(`${driver.name}-${suffixOf(split, firstType)}`, context.taken);
    context.taken.add(name);
    const variant = makeVariant(driver, travellingOf(byName, split), name, context.pluginName);
    return { ...variant, constants };
  });
  return { driver, variants, templates: [...plain, ...variants.map(({ template }) => template)] };
}

/** Calls of a driver that pass the same by value; only the type is not as its template has it. */
interface Shape {
  readonly split: SplitArguments;
  readonly constants: Map<JsonObject, string>;
}

function shapesOf(args: readonly ReferableArgument[], calls: readonly Call[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const call of calls) {
    const split = splitArguments(args, call.arguments);
    const key = `${split.further.join()}=${split.type}`;
    const shape = shapes.get(key) ?? { split, constants: new Map() };
    shape.constants.set(call.arguments, split.constant);
    shapes.set(key, shape);
  }
  return [...shapes.values()];
}

/** What was planned for a call with these arguments. */
export function variantOf({ driver, variants }: DriverVariants, callArguments: JsonObject): VariantOfCall {
  for (const variant of variants) {
    const constant = variant.constants.get(callArguments);
    if (constant !== undefined) {
      return { variant, constant };
    }
  }
  throw new Error(`no variant of ${driver.name} was planned for this call`);
}

/** Names a variant by its type, where that is another one, and by what travels beside what always does. */
function suffixOf({ type, further }: SplitArguments, firstType: string | undefined): string {
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
): Omit<DriverVariant, 'constants'> {
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
