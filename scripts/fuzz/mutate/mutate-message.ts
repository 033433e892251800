import type { Dice } from '../../chaos/dice.js';
import { damageBytes } from './mutate-text.js';

/** A field of a serialized message, its tag included: https://protobuf.dev/programming-guides/encoding */
type Field = Buffer;

type Edit = (fields: Field[], dice: Dice) => void;

/** Changes a protobuf message field by field, or breaks its bytes. `message` must be a serialized message. */
export function mutateMessage(message: Buffer, dice: Dice): Buffer {
  if (dice.chance(0.3)) {
    return dice.chance(0.3)
      ? message.subarray(0, dice.between(0, message.length))
      : damageBytes(message, dice);
  }
  const fields = splitFields(message);
  for (let left = dice.between(1, 3); left > 0; left -= 1) {
    dice.pick(edits)(fields, dice);
  }
  return Buffer.concat(fields);
}

const edits: readonly [Edit, ...Edit[]] = [
  (fields, dice) => void fields.splice(place(fields, dice), 1),
  (fields, dice) => void fields.push(...fields.slice(place(fields, dice)).slice(0, 1)),
  (fields) => void fields.reverse(),
  (fields, dice) => void fields.splice(place(fields, dice), 0, varintField(dice)),
  (fields, dice) => void fields.splice(place(fields, dice), 0, textField(dice)),
  (fields, dice) => void fields.splice(place(fields, dice), 0, brokenField(dice)),
  (fields, dice) => {
    const extra = rawField(dice.pick([26, 25, 2]), 2, mapEntry(dice));
    fields.push(...Array.from({ length: dice.pick([1, 2, 255, 257, 1_100]) }, () => extra));
  },
];

function place(fields: readonly Field[], dice: Dice): number {
  return dice.between(0, Math.max(0, fields.length - 1));
}

/** Field numbers of the contract and beyond. */
function anyNumber(dice: Dice): number {
  return dice.pick([dice.between(1, 40), dice.between(1, 40), dice.between(1, 40), 0, 19_000, 2 ** 29 - 1]);
}

const varints = [0n, 1n, 3n, 127n, 2n ** 31n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n] as const;

function varintField(dice: Dice): Field {
  return rawField(anyNumber(dice), 0, varint(dice.pick(varints)));
}

function textField(dice: Dice): Field {
  const text = dice.pick(['', 'x', '\0', '{', '@/etc/passwd', '-1', 'x'.repeat(600), '{"a":'.repeat(600)]);
  const bytes = dice.chance(0.2) ? Buffer.from([0xff, 0xc0, 0x80]) : Buffer.from(text);
  return rawField(anyNumber(dice), 2, Buffer.concat([varint(BigInt(bytes.length)), bytes]));
}

/** Groups without an end, wire types that do not exist, lengths beyond the message. */
function brokenField(dice: Dice): Field {
  const wireType = dice.pick([1, 3, 4, 5, 6, 7]);
  const length = dice.pick([2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 5n]);
  const bytes = dice.chance(0.5) ? varint(length) : Buffer.alloc(dice.between(0, 9), 0xff);
  return rawField(anyNumber(dice), dice.chance(0.5) ? 2 : wireType, bytes);
}

function mapEntry(dice: Dice): Buffer {
  const key = Buffer.from(dice.pick(['a', '', '__proto__', 'constructor', 'type', '\0', 'component']));
  const entry = Buffer.concat([
    Buffer.from([0x0a, key.length]),
    key,
    ...(dice.chance(0.7) ? [Buffer.from([0x12, 0x01, 0x78])] : []),
  ]);
  return Buffer.concat([varint(BigInt(entry.length)), entry]);
}

function rawField(number: number, wireType: number, value: Buffer): Field {
  return Buffer.concat([varint(BigInt(number) * 8n + BigInt(wireType)), value]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** The fields at the top of a message that has varints and lengths only, as ExecuteRequest has. */
function splitFields(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < message.length) {
    const [tag, afterTag] = readVarint(message, at);
    const [length, afterLength] = readVarint(message, afterTag);
    const end = tag % 8 === 2 ? afterLength + length : afterLength;
    fields.push(message.subarray(at, end));
    at = end;
  }
  return fields;
}

function readVarint(bytes: Buffer, from: number): [value: number, end: number] {
  let value = 0;
  let at = from;
  for (let shift = 1; ; shift *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * shift;
    at += 1;
    if (byte < 128) {
      return [value, at];
    }
  }
}
