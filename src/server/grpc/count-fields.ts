import protobuf from 'protobufjs';
import { StatusError } from '../../contract/status-error.js';

/** Fields of ExecuteRequest that are messages or map entries themselves (driver.proto). */
const nestedFields: ReadonlySet<number> = new Set([2, 25, 26]);
const extraArgsField = 26;
const lengthDelimited = 2;

/** What a serialized request has, map entries and nested fields included. */
export interface FieldCount {
  readonly fields: number;
  readonly extraArgs: number;
}

/**
 * Counts the fields of a serialized ExecuteRequest without decoding any: a few bytes on the wire may cost hundreds in
 * memory. Stops soon after `maxFields`. Throws INVALID_ARGUMENT for bytes that are not a protobuf message
 * (https://protobuf.dev/programming-guides/encoding).
 */
export function countFields(bytes: Uint8Array, maxFields: number): FieldCount {
  const reader = protobuf.Reader.create(bytes);
  try {
    return count(reader, bytes.length, maxFields, true);
  } catch {
    throw noMessage();
  }
}

/** Without the decoder's error as its cause: what a caller sends is no error of the server's. */
export function noMessage(): StatusError {
  return new StatusError('INVALID_ARGUMENT', 'the request is not a protobuf message', {
    details: { fieldViolations: [{ field: '', description: 'is not a protobuf message' }] },
  });
}

function count(reader: protobuf.Reader, end: number, maxFields: number, isTop: boolean): FieldCount {
  let fields = 0;
  let extraArgs = 0;
  while (reader.pos < end && fields <= maxFields) {
    const tag = reader.uint32();
    fields += 1;
    if (isTop && tag >>> 3 === extraArgsField) {
      extraArgs += 1;
    }
    if (isTop && (tag & 7) === lengthDelimited && nestedFields.has(tag >>> 3)) {
      const nestedEnd = reader.uint32() + reader.pos;
      fields += count(reader, nestedEnd, maxFields - fields, false).fields;
    } else {
      reader.skipType(tag & 7);
    }
  }
  return { fields, extraArgs };
}
