import { isAscii } from 'node:buffer';
import { objectOf } from '../common/json.js';
import { factsOfError, type LogFacts, type Logger } from '../common/logger.js';
import {
  type AdmissionRequest,
  findUid,
  readAdmissionReview,
  writeAdmissionReview,
} from './admission-review.js';
import { failed, type Verdict } from './verdict.js';

/** Decides about one request; may throw. */
export type Review = (request: AdmissionRequest) => Verdict;

/** A body in the pieces in which it arrived, or why there is none. `head` is its first bytes. */
export type ReceivedBody =
  | { readonly kind: 'whole'; readonly chunks: readonly Buffer[]; readonly bytes: number }
  | { readonly kind: 'cut'; readonly reason: 'too-large' | 'too-slow' | 'too-busy'; readonly head: string };

export interface Answer {
  /** JSON of an AdmissionReview that admits. */
  readonly text: string;
  readonly verdict: Verdict;
  /** Ids and sizes. */
  readonly facts: LogFacts;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Makes an answer of whatever arrived. Never throws, and always admits. */
export function answerReview(body: ReceivedBody, review: Review, logger: Logger): Answer {
  if (body.kind === 'cut') {
    return toAnswer(findUid(body.head), failed(body.reason), {});
  }
  const request = tryReadReview(body.chunks);
  if (request === undefined) {
    return toAnswer(findUid(headOf(body.chunks)), failed('no-review'), {});
  }
  const facts = factsOf(request);
  try {
    return toAnswer(request.uid, review(request), facts);
  } catch (thrown) {
    logger.error('a review failed', { ...facts, ...factsOfError(thrown) });
    return toAnswer(request.uid, failed('fault'), facts);
  }
}

/** The review's uid stands in the first 200 bytes. */
const headBytes = 1024;

/** The first bytes of a body, of which each is a character. */
export function headOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1', 0, headBytes);
}

function tryReadReview(chunks: readonly Buffer[]): AdmissionRequest | undefined {
  try {
    return readAdmissionReview(textOf(chunks));
  } catch {
    return undefined;
  }
}

/**
 * Most bodies are plain ASCII, of which each piece is a text as it is. Without a copy of the whole: megabytes of buffers bring
 * on V8's major collections. Throws for what is no UTF-8.
 */
function textOf(chunks: readonly Buffer[]): string {
  return chunks.every((chunk) => isAscii(chunk))
    ? chunks.map((chunk) => chunk.toString('latin1')).join('')
    : utf8.decode(Buffer.concat(chunks));
}

function toAnswer(uid: string, verdict: Verdict, facts: LogFacts): Answer {
  const { kind, warnings } = verdict;
  const text = writeAdmissionReview({ uid, warnings, ...(kind === 'converted' && { patch: verdict.patch }) });
  return { text, verdict, facts: { uid: shorten(uid), ...facts } };
}

function factsOf({ namespace, operation, dryRun, object }: AdmissionRequest): LogFacts {
  const metadata = objectOf(object?.['metadata']);
  const nameOf = (member: string) => {
    const name = metadata[member];
    return typeof name === 'string' && name !== '' ? shorten(name) : undefined;
  };
  return {
    operation: shorten(operation),
    namespace: shorten(namespace),
    name: nameOf('name'),
    generateName: nameOf('generateName'),
    ...(dryRun && { dryRun }),
  };
}

/** Kubernetes has no longer names; whoever else can call may send anything. */
function shorten(text: string): string {
  return text.slice(0, 253);
}
