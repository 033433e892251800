import { checkJson } from '../../common/check-json.js';
import { deepestNesting } from '../../common/json-text.js';
import type { ArgumentKind } from './driver-arguments.js';

/** An argument of a driver: its value, and its JSON text as it was written. */
export interface Argument {
  readonly value: unknown;
  readonly text: string;
}

/** What an argument becomes on the wire, or the second half of the sentence `argument "x" ...` that refuses it. */
export type ReadArgument = { readonly value: string | number | boolean } | { readonly fault: string };

/** Reads an argument that is a field of the contract. Its value never stands in a fault, only its shape. */
export function readArgument(kind: ArgumentKind, argument: Argument): ReadArgument {
  if (typeof argument.value === 'string' && !argument.value.isWellFormed()) {
    return illFormed;
  }
  return readers[kind](argument);
}

const illFormed: ReadArgument = {
  fault: 'has a lone surrogate (half a character), which UTF-8 cannot carry: remove it',
};

const readers: Readonly<Record<ArgumentKind, (argument: Argument) => ReadArgument>> = {
  text: ({ value }) => (typeof value === 'string' ? { value } : wrong('a text', value)),
  scalar: readScalar,
  boolean: ({ value }) =>
    value === true || value === 'true'
      ? { value: true }
      : value === false || value === 'false'
        ? { value: false }
        : wrong('true or false', value),
  int32: (argument) => readInteger(argument, 32n),
  int64: (argument) => readInteger(argument, 64n),
  json: ({ value }) => readJsonSpec(value),
};

function readScalar({ value, text }: Argument): ReadArgument {
  if (isInexact(value)) {
    return inexact;
  }
  if (typeof value === 'string' || typeof value === 'boolean') {
    return { value: String(value) };
  }
  return typeof value === 'number' ? { value: text } : wrong('a text, a number or a boolean', value);
}

function readInteger({ value }: Argument, bits: bigint): ReadArgument {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return inexact;
  }
  const text = typeof value === 'number' ? String(value) : value;
  const form = `a whole number of ${bits} bits`;
  if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text)) {
    return wrong(form, value);
  }
  const exact = BigInt(text);
  if (BigInt.asIntN(Number(bits), exact) !== exact) {
    return wrong(form, value);
  }
  return { value: bits === 32n ? Number(exact) : exact.toString() };
}

const inexact: ReadArgument = {
  fault:
    'must be a whole number, and one beyond 2^53 must be written as text: JSON numbers of that size lose digits',
};

function readJsonSpec(value: unknown): ReadArgument {
  if (typeof value !== 'string') {
    return wrong('JSON text of an object', value);
  }
  if (value === '') {
    return { value };
  }
  if (value.startsWith('@')) {
    return fromFile;
  }
  const checked = checkJson(value);
  if (checked === undefined) {
    return { fault: `must be JSON text of an object, but is ${shapeOf(value)} that is not valid JSON` };
  }
  if (!checked.isObject) {
    return { fault: `must be JSON text of an object, but is JSON text of ${shapeOf(JSON.parse(value))}` };
  }
  if (checked.nesting > deepestNesting) {
    return { fault: `nests objects and arrays deeper than ${deepestNesting} levels: flatten it` };
  }
  return { value };
}

const fromFile: ReadArgument = {
  fault: 'begins with "@", which would read a file of the driver: write the value itself',
};

/**
 * Reads an argument that the contract has no field for: a text as it is, anything else as its JSON text, byte for
 * byte. Undefined for null, which counts as absent.
 */
export function readUnknownArgument({ value, text }: Argument): ReadArgument | undefined {
  if (value === null) {
    return undefined;
  }
  const carried = typeof value === 'string' ? value : text;
  if (!carried.isWellFormed()) {
    return illFormed;
  }
  return carried.startsWith('@') ? fromFile : { value: carried };
}

function isInexact(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function wrong(form: string, value: unknown): ReadArgument {
  return { fault: `must be ${form}, but is ${shapeOf(value)}` };
}

/** Names a value's shape without the value. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string') {
    return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  }
  if (Array.isArray(value)) {
    return 'an array';
  }
  if (value === null) {
    return 'null';
  }
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
