import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { driverServiceOf, loadContract } from '../../contract/service-definition.js';
import { invalidArgument } from '../invalid-argument.js';
import { countFields, noMessage } from './count-fields.js';

/** Every field of the contract, its nested ones, and both fields of each extra argument fit in, with room to grow. */
const maxFields = 1_024;
/** A template of KFP has some 30 arguments, most of which have a field of their own. */
const maxExtraArgs = 256;

/** A request as it came: bytes until somebody takes them. */
export interface ReceivedRequest {
  readonly bytesIn: number;
  /** Its DriverType on the wire, once it is taken. */
  type: unknown;
  /** Decodes the request and lets go of its bytes, so that it can be taken in another turn of the event loop. */
  readonly decode: () => void;
  /**
   * Gives the request, once. Throws INVALID_ARGUMENT for bytes that are no ExecuteRequest, and for one with more fields
   * than the contract has use for: they are counted before anything is decoded.
   */
  readonly take: () => ExecuteRequest__Output;
  /** Called once the request is refused or in other hands: another call may be read now. */
  release: () => void;
}

/** Execute as the contract declares it. */
export const executeMethod = driverServiceOf(loadContract()).service.Execute;

/** Wraps a serialized request; the calls that wait behind it hold no more than its bytes. */
export function receiveRequest(bytes: Buffer): ReceivedRequest {
  let give = decoderOf(bytes);
  const received: ReceivedRequest = {
    bytesIn: bytes.length,
    type: undefined,
    release: () => {},
    decode: () => {
      give = outcomeOf(give);
    },
    take: () => {
      const taken = give;
      give = refuseSecond;
      const request = taken();
      received.type = request.type;
      return request;
    },
  };
  return received;
}

/** In a scope of its own: what lives as long as the call would keep the bytes, were they in its scope. */
function decoderOf(bytes: Buffer): () => ExecuteRequest__Output {
  return () => decodeRequest(bytes);
}

function decodeRequest(bytes: Buffer): ExecuteRequest__Output {
  refuseTooManyFields(bytes);
  return decode(bytes);
}

/** What calling a function once gives or throws, again and again. */
function outcomeOf<Result>(make: () => Result): () => Result {
  try {
    const result = make();
    return () => result;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

function refuseSecond(): never {
  throw new Error('the request was taken already');
}

/** Counting skips the fields whose type is another one than the contract's; decoding meets them. */
function decode(bytes: Buffer): ExecuteRequest__Output {
  try {
    return executeMethod.requestDeserialize(bytes);
  } catch {
    throw noMessage();
  }
}

function refuseTooManyFields(bytes: Buffer): void {
  const { fields, extraArgs } = countFields(bytes, maxFields);
  if (extraArgs > maxExtraArgs) {
    throw invalidArgument([{ field: 'extra_args', description: `has more than ${maxExtraArgs} entries` }]);
  }
  if (fields > maxFields) {
    throw invalidArgument([{ field: 'the request', description: `has more than ${maxFields} fields` }]);
  }
}
