import { errorText } from '../../../src/common/error-text.js';
import { executeMethod } from '../../../src/server/grpc/received-request.js';
import { type Answer, notYet } from '../fuzz-input.js';
import type { CallEnd } from './grpc-wire.js';
import { faultsOfText } from './read-template-answer.js';

/** Statuses with which docs/driver-server.md lets this server refuse or fail what it is sent here. */
const listed = [
  'OK',
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'UNAVAILABLE',
];

/**
 * What gRPC itself answers before a request is one: a method that is not there, a frame that is none, a message above
 * its limit, a deadline that is over. Texts of grpc-js; none of them has anything of the request.
 */
const ofGrpc: readonly (readonly [status: string, text: RegExp])[] = [
  ['UNIMPLEMENTED', /^The server does not implement the method \/[\w./]*$/],
  ['UNIMPLEMENTED', /^Received (?:no|a second) request message for server streaming method \/[\w./]+$/],
  ['UNIMPLEMENTED', /^Received message compressed with unsupported encoding "[\w-]+"$/],
  ['RESOURCE_EXHAUSTED', /^Received message larger than max \(\d+ vs \d+\)$/],
  ['RESOURCE_EXHAUSTED', /^Received message that decompresses to a size larger than \d+$/],
  ['INTERNAL', /^Failed to decompress message$/],
  ['INTERNAL', /^Invalid grpc-timeout value "\w+"$/],
  ['DEADLINE_EXCEEDED', /^Deadline exceeded$/],
];

const mostMessageBytes = 4_096;

/** Looks at how a call ended. */
export function readCallEnd(end: CallEnd): Answer {
  const { status, message, body, httpStatus, details } = end;
  if (status === undefined) {
    return readStreamEnd(end);
  }
  const text = `${status} ${message} ${body.toString('base64')}`;
  const isGrpcs = ofGrpc.some(([name, said]) => name === status && said.test(message));
  const faults = [...faultsOfText(message), ...faultsOfText(details)];
  if (!listed.includes(status) && !isGrpcs) {
    faults.push(`${status} "${message.slice(0, 200)}" is not in the table`);
  }
  if (httpStatus !== 200) {
    faults.push(`HTTP ${httpStatus} with a gRPC status`);
  }
  if (status !== 'OK' && message === '') {
    faults.push(`${status} without a word`);
  }
  if (message.includes('internal error') || Buffer.byteLength(message) > mostMessageBytes) {
    faults.push(`a message of ${message.length} characters: ${message.slice(0, 100)}`);
  }
  if (status === 'OK') {
    faults.push(...faultsOfResponse(body));
  }
  return {
    kind: kindOf(end, isGrpcs),
    mayHaveDriven: status === 'OK' || status === 'DEADLINE_EXCEEDED',
    text,
    faults,
  };
}

function kindOf({ status = '', details }: CallEnd, isGrpcs: boolean): string {
  // Its place among the few that are read was taken: a client sends it again.
  if (details.includes('REQUEST_LATE')) {
    return notYet;
  }
  return isGrpcs ? `${status} of gRPC` : status;
}

/** Another content type than gRPC's has no gRPC status; all else must have one. */
function readStreamEnd({ httpStatus, resetCode }: CallEnd): Answer {
  const text = httpStatus === undefined ? `reset ${resetCode}` : `http ${httpStatus}`;
  const faults = httpStatus === 415 ? [] : [`${text} without a gRPC status`];
  return { kind: text, mayHaveDriven: false, text, faults };
}

function faultsOfResponse(body: Buffer): string[] {
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5) {
    return ['OK without one whole message'];
  }
  try {
    executeMethod.responseDeserialize(body.subarray(5));
    return [];
  } catch (error) {
    return [`OK with a message that is none: ${errorText(error)}`];
  }
}
