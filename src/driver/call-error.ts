import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails } from '../contract/status-details.js';
import { type Status, StatusError } from '../contract/status-error.js';

/** How sure it is that the driver server did not see the call. */
export type Reach = 'not sent' | 'unknown' | 'answered';

/** A call that failed, with what a re-send must know. */
export interface CallError {
  readonly error: StatusError;
  /** The server as it was called, without the target's scheme. */
  readonly peer: string;
  readonly reach: Reach;
  /** True where no re-send can help: a message that one side's limit refuses. */
  readonly tooLarge: boolean;
  /** The server's wish, from RetryInfo or grpc-retry-pushback-ms: milliseconds to wait, or not to send again. */
  readonly pushback: number | 'stop' | undefined;
}

/** grpc-js' own texts for calls that never left: https://github.com/grpc/grpc-node/tree/master/packages/grpc-js/src */
const notSent =
  /^(\S+: )?(No connection established|Name resolution failed|Channel closed before call started)/;

/** The same for streams that broke without a status of the server. */
const broken = /^(Call cancelled|Received RST_STREAM with code 0 )/;
const dropped =
  /^(Connection dropped|Stream refused by server|Stream removed|read E|write E|.*socket hang up)/;

const tooLarge = /message larger than max|message with a size larger than max/i;

/** Turns grpc-js' error into a CallError; a stream that broke is UNAVAILABLE, whatever reset code it broke with. */
export function toCallError(error: ServiceError, target: string): CallError {
  const given = (grpcStatus[error.code] ?? 'UNKNOWN') as Status;
  const streamBroke = (given === 'CANCELLED' || given === 'INTERNAL') && broken.test(error.details);
  const status = streamBroke ? 'UNAVAILABLE' : given;
  const details = readStatusDetails(error.metadata);
  const reach = streamBroke ? 'unknown' : reachOf(status, error.details);
  return {
    error: new StatusError(status, reach === 'not sent' ? causeOf(error.details) : error.details, {
      details,
    }),
    peer: peerOf(target),
    reach,
    tooLarge: status === 'RESOURCE_EXHAUSTED' && tooLarge.test(error.details),
    pushback: readPushback(error) ?? details.retryDelayMs,
  };
}

/** The target without its scheme, as people write it. */
export function peerOf(target: string): string {
  return target.replace(/^(dns|ipv4|ipv6):(\/\/[^/]*\/)?/, '');
}

/** What grpc-js says of a connection that was not made, without its own frame. */
function causeOf(text: string): string {
  if (text.startsWith('Channel closed')) {
    return 'it accepts TCP but does not speak HTTP/2';
  }
  return text
    .replace(/^.*No connection established\.? ?(Last error: (Error: )?(null)?)?/, '')
    .replace(/\.? Resolution note:.*$/, '');
}

function reachOf(status: Status, text: string): Reach {
  if (status === 'DEADLINE_EXCEEDED' || /^Received RST_STREAM/.test(text)) {
    return 'unknown';
  }
  if (status !== 'UNAVAILABLE') {
    return 'answered';
  }
  if (notSent.test(text)) {
    return 'not sent';
  }
  return dropped.test(text) ? 'unknown' : 'answered';
}

/** https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback: negative or unreadable means stop. */
function readPushback(error: ServiceError): number | 'stop' | undefined {
  const [value] = error.metadata.get('grpc-retry-pushback-ms');
  if (value === undefined) {
    return undefined;
  }
  return /^\d{1,9}$/.test(String(value)) ? Number(value) : 'stop';
}
