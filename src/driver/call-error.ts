import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { readStatusDetails } from '../contract/status-details.js';
import { errorDomain, type Status, StatusError } from '../contract/status-error.js';
import { peerOf } from './driver-target.js';

/**
 * What is known of a failed call: it was `not sent` (the driver server has not seen it), or the server has `answered`
 * it with a status of its own (or a proxy in its place), or the outcome is `unknown`.
 */
export type Reach = 'not sent' | 'unknown' | 'answered';

/** A call that failed, with what a re-send must know. */
export interface CallError {
  readonly error: StatusError;
  readonly reach: Reach;
  /** What happened, as the middle of a sentence, where the status alone would mislead. */
  readonly what: string | undefined;
  /** A message that a limit of this side refuses: no re-send can help. */
  readonly tooLarge: 'request' | 'answer' | undefined;
  /** True where the server itself says that the same request may come again. */
  readonly isInvited: boolean;
  /** The server's wish, from RetryInfo or grpc-retry-pushback-ms: least milliseconds to wait, or not to send again. */
  readonly pushback: number | 'stop' | undefined;
}

/** What grpc-js tells of a call beside its error. */
export interface EndedCall {
  /** The channel's target. */
  readonly target: string;
  /** call.getPeer() after the end: the target as long as no HTTP/2 stream was opened, else the server's address. */
  readonly peer: string;
  /** content-type of the response headers; undefined if none have come. */
  readonly contentType: string | undefined;
  /** Why the channel was closed under the call, where this side did it. */
  readonly closedBecause: string | undefined;
}

/**
 * Texts of grpc-js 1.14 for what nothing else tells apart; test/driver/call-error.test.ts pins each of them.
 * https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/src/subchannel-call.ts
 */
const texts = {
  /** RST_STREAM with REFUSED_STREAM: not processed, by RFC 9113 §8.7. */
  refused: /^Stream refused by server$/,
  /**
   * RST_STREAM with CANCEL, or with NO_ERROR but without a status: a proxy or a server that goes away. Or this side gave
   * the connection up, because its peer broke the rules of HTTP/2.
   */
  brokeWithoutStatus:
    /^(Call cancelled$|Received RST_STREAM with code (0 |2 triggered by internal client error: ))/,
  answerTooLarge:
    /^Received message (larger than max \((\d+) vs \d+\)|that decompresses to a size larger than)/,
} as const;

/** Turns grpc-js' error into a CallError. */
export function toCallError(error: ServiceError, call: EndedCall): CallError {
  const details = readStatusDetails(error.metadata);
  const reach = reachOf(error, call);
  const tooLarge = isAnswerTooLarge(error, call) ? 'answer' : undefined;
  const status = statusOf(error, reach);
  const message = reach === 'not sent' ? (call.closedBecause ?? causeOf(error.details)) : error.details;
  return {
    error: new StatusError(status, message, { details }),
    reach,
    what: whatOf(reach, tooLarge, error, call),
    tooLarge,
    isInvited: details.retryDelayMs !== undefined || details.errorInfo?.domain === errorDomain,
    pushback: readPushback(error) ?? details.retryDelayMs,
  };
}

/** A failure that grpc-js did not report: the call was not made. */
export function notMade(
  status: Status,
  message: string,
  { what, tooLarge }: Partial<Pick<CallError, 'what' | 'tooLarge'>> = {},
): CallError {
  return {
    error: new StatusError(status, message),
    reach: 'not sent',
    what,
    tooLarge,
    isInvited: false,
    pushback: undefined,
  };
}

/** A status of the server's has metadata, content-type at the least; one that grpc-js makes up has none. */
function reachOf(error: ServiceError, { peer, target }: EndedCall): Reach {
  if (peer === target || texts.refused.test(error.details)) {
    return 'not sent';
  }
  return Object.keys(error.metadata.getMap()).length > 0 ? 'answered' : 'unknown';
}

/** What was not sent, and streams that broke without a status, are UNAVAILABLE, whatever code they broke with. */
function statusOf(error: ServiceError, reach: Reach): Status {
  const given = (grpcStatus[error.code] ?? 'UNKNOWN') as Status;
  const isBroken = reach === 'unknown' && texts.brokeWithoutStatus.test(error.details);
  return reach === 'not sent' || isBroken ? 'UNAVAILABLE' : given;
}

function isAnswerTooLarge(error: ServiceError, { contentType = '' }: EndedCall): boolean {
  return contentType.startsWith('application/grpc') && texts.answerTooLarge.test(error.details);
}

function whatOf(
  reach: Reach,
  tooLarge: CallError['tooLarge'],
  error: ServiceError,
  { target, contentType }: EndedCall,
): string | undefined {
  if (tooLarge === 'answer') {
    const bytes = texts.answerTooLarge.exec(error.details)?.[2];
    const size = bytes === undefined ? '' : ` with its ${bytes} bytes`;
    return `the driver's answer${size} is larger than MAX_RECEIVE_BYTES, so raise that`;
  }
  if (contentType !== undefined && !contentType.startsWith('application/grpc')) {
    return `${peerOf(target)} does not speak gRPC`;
  }
  return reach === 'not sent' ? `no connection to ${peerOf(target)}` : undefined;
}

/** What grpc-js says of a connection that was not made, without its own frame. */
function causeOf(text: string): string {
  return text
    .replace(/^.*No connection established\.? ?(Last error: (Error: )?(null)?)?/, '')
    .replace(/\.? Resolution note:.*$/, '');
}

/** https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback: negative or unreadable means stop. */
function readPushback(error: ServiceError): number | 'stop' | undefined {
  const [value] = error.metadata.get('grpc-retry-pushback-ms');
  if (value === undefined) {
    return undefined;
  }
  return /^\d{1,9}$/.test(String(value)) ? Number(value) : 'stop';
}
