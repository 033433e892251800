import { goJsonBytes } from '../common/task-set-size.js';

/** An output parameter of a node; Argo keeps values as strings. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  /** Makes it a global parameter of the workflow; Argo takes it from the reply alone, not from the template. */
  readonly globalName?: string;
}

/**
 * What a plugin may answer to Argo's agent. The wrong pairs have no place in this type: a final phase has a
 * message and no requeue, "not yet" has a requeue and is never Running (a Running plugin node ignores Terminate
 * and its own timeout), and only a node that Succeeded has outputs.
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/pkg/plugins/executor/template_executor_plugin.go
 */
export type ExecuteTemplateReply = NotOurs | Succeeded | NotSucceeded | NotYet | Waiting;

/** The template is another plugin's: the agent asks the next one. */
export type NotOurs = Readonly<Record<string, never>>;
export interface Succeeded {
  readonly node: {
    readonly phase: 'Succeeded';
    readonly message: string;
    readonly outputs: { readonly parameters: readonly Parameter[] };
  };
}
/** Failed is the pipeline's fault, Error the platform's; users' retryPolicy depends on the difference. */
export interface NotSucceeded {
  readonly node: { readonly phase: FailurePhase; readonly message: string };
}
export type FailurePhase = 'Failed' | 'Error';
/** All is well and not done: Argo publishes nothing and asks again. */
export interface NotYet {
  readonly node: Readonly<Record<string, never>>;
  readonly requeue: Requeue;
}
/** Not done, and the user should know why. */
export interface Waiting {
  readonly node: { readonly phase: 'Pending'; readonly message: string };
  readonly requeue: Requeue;
}
/** A Go duration. */
export type Requeue = `${number}ms`;

/** What a reply means for its POST. */
export type ReplyKind = 'not-ours' | 'not-yet' | 'waiting' | 'succeeded' | 'failed' | 'error';

/** A reply as it goes to the agent, and as it is kept, outside V8's heap: written once, however often it is sent. */
export interface WrittenReply {
  readonly kind: ReplyKind;
  /** JSON in UTF-8. */
  readonly json: Buffer;
  /** How many it has where Go writes it again. */
  readonly bytes: number;
}

/** Longest message in bytes: messages live in the workflow's status, which has a limit of its own. */
const longestMessageBytes = 1024;

export const notOurs: NotOurs = {};

export function succeeded(message: string, parameters: readonly Parameter[]): Succeeded {
  return { node: { phase: 'Succeeded', message: toMessage(message), outputs: { parameters } } };
}

export function notSucceeded(phase: FailurePhase, message: string): NotSucceeded {
  return { node: { phase, message: toMessage(message) } };
}

export function notYet(requeueMs: number): NotYet {
  return { node: {}, requeue: `${Math.ceil(requeueMs)}ms` };
}

export function waiting(message: string, requeueMs: number): Waiting {
  return { node: { phase: 'Pending', message: toMessage(message) }, requeue: `${Math.ceil(requeueMs)}ms` };
}

export function writeReply(reply: ExecuteTemplateReply): WrittenReply {
  const text = JSON.stringify(reply);
  // Not Buffer.from: a small one would keep a whole slab, which it shares with others.
  const json = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  json.write(text);
  return { kind: kindOf(reply), json, bytes: goJsonBytes(text, json.length) };
}

function kindOf({ node }: { readonly node?: { readonly phase?: keyof typeof kindsOfPhase } }): ReplyKind {
  if (node === undefined) {
    return 'not-ours';
  }
  return node.phase === undefined ? 'not-yet' : kindsOfPhase[node.phase];
}

const kindsOfPhase = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'error',
  Pending: 'waiting',
} as const;

/** One line, never empty (Argo would keep the node's old message), at most 1 KiB of UTF-8. */
function toMessage(text: string): string {
  const line =
    text
      .toWellFormed()
      .replace(/\p{Cc}+/gu, ' ')
      .trim() || 'no message was given';
  if (Buffer.byteLength(line) <= longestMessageBytes) {
    return line;
  }
  const cut = Buffer.from(line)
    .subarray(0, longestMessageBytes - 3)
    .toString();
  return `${cut.replace(/\uFFFD+$/, '')}...`;
}
