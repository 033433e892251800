import { type Clock, sleep } from '../../common/clock.js';
import { errorText } from '../../common/error-text.js';
import { isTransientText } from '../transient-text.js';
import { TruncatedJson } from './decode-first-json.js';
import { NoAnswer, type PluginAnswer, type PostTemplate } from './plugin-client.js';
import { type PluginReply, readPluginReply } from './plugin-reply.js';

/** How a call of the plugin ended, after the agent's own repeats. */
export type CallOutcome =
  | { readonly kind: 'reply'; readonly reply: PluginReply }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly message: string };

interface Attempt {
  readonly outcome: CallOutcome;
  readonly isTransient: boolean;
}

/** The agent's backoff: five attempts, 1 s before the second, doubling, with up to a fifth more. */
const maxAttempts = 5;
const firstDelayMs = 1000;
const factor = 2;
const jitter = 0.2;

export interface PluginCall {
  readonly post: PostTemplate;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onPost(): void;
}

/**
 * POSTs a body until an answer counts, as the agent does: a timeout, a broken connection, a 503 and whatever reads
 * like one of these are tried again.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/plugins/rpc/plugin.go
 */
export async function callPlugin(body: string, call: PluginCall): Promise<CallOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    call.onPost();
    const { outcome, isTransient } = await tryOnce(body, call);
    if (!isTransient || attempt >= maxAttempts || call.signal.aborted) {
      return outcome;
    }
    const delayMs = firstDelayMs * factor ** (attempt - 1);
    await sleep(call.clock, delayMs * (1 + jitter * Math.random()), call.signal);
  }
}

async function tryOnce(body: string, { post, signal }: PluginCall): Promise<Attempt> {
  let answer: PluginAnswer;
  try {
    answer = await post(body, signal);
  } catch (error) {
    if (error instanceof NoAnswer) {
      return failed(error.message, true);
    }
    throw error;
  }
  if (answer.httpStatus === 200) {
    return read(answer.text);
  }
  if (answer.httpStatus === 404) {
    return { outcome: { kind: 'not-found' }, isTransient: false };
  }
  if (answer.httpStatus === 503) {
    return failed(answer.text, true);
  }
  const message = `${answer.httpStatus} ${answer.httpStatusText}: ${answer.text}`;
  return failed(message, isTransientText(message));
}

function read(text: string): Attempt {
  try {
    return { outcome: { kind: 'reply', reply: readPluginReply(text) }, isTransient: false };
  } catch (error) {
    return failed(errorText(error), error instanceof TruncatedJson);
  }
}

function failed(message: string, isTransient: boolean): Attempt {
  return { outcome: { kind: 'failed', message }, isTransient };
}
