import { isQuotable } from '../../../src/argo/quotable.js';
import { errorText } from '../../../src/common/error-text.js';
import { isJsonObject } from '../../../src/common/json.js';
import { type PluginReply, readPluginReply } from '../../../src/play/agent/plugin-reply.js';
import { type Answer, notYet } from '../fuzz-input.js';
import { canary } from '../mutate/hostile-values.js';
import type { HttpAnswer } from './http-wire.js';

/** HTTP statuses that docs/statuses.md lists, but for 500: the token of this sidecar can be read. */
const listed = [200, 400, 403, 405, 413, 415];
/** Argo keeps messages in the workflow's status. */
const mostMessageBytes = 1_024;
const phases = ['Succeeded', 'Failed', 'Error', 'Pending'];

/** Looks at the sidecar's answer as Argo's agent does, and closer. */
export function readTemplateAnswer({ httpStatus, text, contentType }: HttpAnswer): Answer {
  const faults: string[] = [];
  if (!listed.includes(httpStatus)) {
    faults.push(`HTTP ${httpStatus} is not in the list of docs/statuses.md`);
  }
  if (!/^application\/json\b/.test(contentType)) {
    faults.push(`the answer is ${contentType === '' ? 'of no type' : contentType}`);
  }
  if (text.includes('internal error')) {
    faults.push('an internal error');
  }
  if (httpStatus !== 200) {
    faults.push(...faultsOfRefusal(text));
    return { kind: `http ${httpStatus}`, mayHaveDriven: false, text, faults };
  }
  try {
    const reply = readPluginReply(text);
    faults.push(...faultsOfReply(JSON.parse(text), reply));
    return { ...kindOf(reply), text, faults };
  } catch (error) {
    return { kind: 'unreadable', mayHaveDriven: true, text, faults: [...faults, errorText(error)] };
  }
}

function kindOf({ node, requeueMs }: PluginReply): Pick<Answer, 'kind' | 'mayHaveDriven'> {
  if (node === undefined) {
    return { kind: 'not ours', mayHaveDriven: false };
  }
  if (requeueMs !== undefined) {
    return { kind: notYet, mayHaveDriven: true };
  }
  const isRefused = node.message?.startsWith('driver-plugin refused template') === true;
  return { kind: isRefused ? 'refused template' : `node ${node.phase}`, mayHaveDriven: !isRefused };
}

function faultsOfRefusal(text: string): string[] {
  const value: unknown = JSON.parse(text);
  const isSentence =
    isJsonObject(value) && Object.keys(value).join() === 'error' && typeof value['error'] === 'string';
  return [...(isSentence ? [] : ['a refusal is not {"error":"..."}']), ...faultsOfText(text)];
}

/** A reply has one of few shapes: nothing, a final node, or "not yet". */
function faultsOfReply(value: unknown, { node, requeueMs }: PluginReply): string[] {
  const keys = isJsonObject(value) ? Object.keys(value).join() : 'none';
  if (node === undefined) {
    return keys === '' ? [] : [`a reply without a node has the keys ${keys}`];
  }
  const { phase, message = '', outputs } = node;
  const isFinal = requeueMs === undefined;
  const rules: readonly (readonly [boolean, string])[] = [
    [keys === (isFinal ? 'node' : 'node,requeue'), `the keys ${keys}`],
    [phases.includes(phase) || (!isFinal && phase === ''), `the phase ${phase}`],
    [isFinal === ['Succeeded', 'Failed', 'Error'].includes(phase), `${phase} with requeue ${requeueMs}`],
    [!isFinal || message !== '', 'a final node without a message'],
    [Buffer.byteLength(message) <= mostMessageBytes, 'a message above 1 KiB'],
    [!/\p{Cc}/u.test(message) && message.isWellFormed(), 'a control character or half a one in the message'],
    [(phase === 'Succeeded') === (outputs !== undefined), `${phase} with outputs ${outputs !== undefined}`],
  ];
  const broken = rules.filter(([isKept]) => !isKept).map(([, what]) => `the reply has ${what}`);
  const parameters = outputs?.parameters ?? [];
  const bad = parameters.filter(({ name, value: text = '' }) => !/^[-\w]+$/.test(name) || !isQuotable(text));
  return [
    ...broken,
    ...bad.map(({ name }) => `output ${JSON.stringify(name)} is none that Argo can substitute`),
    ...faultsOfText(message),
  ];
}

/** Nothing of a text for people may come from the code or from arguments. */
export function faultsOfText(text: string): string[] {
  return [
    ...(text.includes(canary) ? ['an argument is shown'] : []),
    ...(/\n? {2,}at |node_modules|\.[jt]s:\d/.test(text) ? ['a stack is shown'] : []),
    ...(/Cannot (?:read|convert|set)|is not (?:a function|iterable|defined)|Unexpected token/.test(text)
      ? ['a text of the JavaScript engine is shown']
      : []),
  ];
}
