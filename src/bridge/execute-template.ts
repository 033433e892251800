import { createHash } from 'node:crypto';
import { type PluginTemplate, parseExecuteTemplate } from '../argo/parse-execute-template.js';
import { type ExecuteTemplateReply, notOurs, notSucceeded, notYet } from '../argo/reply.js';
import type { LogFacts } from '../common/logger.js';
import type { Attempts } from './attempts.js';
import type { Progress } from './call-driver.js';
import type { CallLedger, CallRecord } from './call-ledger.js';
import type { FinalAnswer } from './final-answer.js';
import type { LongPoll } from './long-poll.js';
import { toNotYet } from './not-yet.js';
import type { PatchBudget } from './patch-budget.js';
import { type DriverRequest, toDriverRequest } from './to-driver-request.js';

/** A reply for Argo's agent, and what the log may know of it. */
export interface Answer {
  readonly reply: ExecuteTemplateReply;
  readonly facts: LogFacts;
  /** To be called once the reply was flushed to a socket that is still open. */
  readonly onDelivered?: () => void;
}

export interface ExecuteTemplateOptions {
  readonly pluginKey: string;
  /** From when on "not yet" carries a message although nothing is wrong. */
  readonly messageAfterMs: number;
  readonly attempts: Attempts;
  readonly ledger: CallLedger<FinalAnswer, Progress>;
  readonly longPoll: LongPoll;
  readonly patchBudget: PatchBudget;
  /** While the process drains: how long the agent should stay away, longer than the grace. Undefined otherwise. */
  readonly stayAwayMs: () => number | undefined;
  readonly nowMs: () => number;
}

/** Answers one POST of Argo's agent; `gone` is aborted when the agent has hung up. Throws a SyntaxError for no JSON. */
export type ExecuteTemplate = (body: string, gone: AbortSignal) => Promise<Answer>;

/** The way of a request: parse, convert, ask the ledger, call, convert, reply. */
export function createExecuteTemplate(options: ExecuteTemplateOptions): ExecuteTemplate {
  const { pluginKey, attempts, ledger, longPoll } = options;
  return async (body, gone) => {
    const parsed = parseExecuteTemplate(body, pluginKey);
    if (parsed.kind === 'not-ours') {
      return { reply: notOurs, facts: { reason: "another plugin's template" } };
    }
    const { template } = parsed;
    const converted = toDriverRequest(template);
    const faults = [...parsed.faults, ...('faults' in converted ? converted.faults : [])];
    if ('faults' in converted || faults.length > 0) {
      return refuse(template, faults);
    }
    const { request } = converted;
    const facts = { ...factsOf(template), task: request.taskName, type: request.type };
    if (options.stayAwayMs() !== undefined) {
      return stayAway(options, facts);
    }
    const key = digest([template.workflow.uid, template.canonical]);
    const record = ledger.ask(key, (attempt, again) =>
      attempts.start({ template, request, requestId: digest([key, attempt]), again, facts }),
    );
    await longPoll.hold(record.done, [gone, record.progress.trouble.signal]);
    if (options.stayAwayMs() !== undefined) {
      return stayAway(options, facts);
    }
    return toAnswer(options, record, request, facts);
  };
}

/** The same for the same parts, also after a restart; different for any others. */
function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}

/** The next pod gets every task again; what this one has at the driver waits there under its request_id. */
function stayAway({ stayAwayMs }: ExecuteTemplateOptions, facts: LogFacts): Answer {
  return { reply: notYet(stayAwayMs() ?? 0), facts: { ...facts, waitsFor: 'the next sidecar' } };
}

function toAnswer(
  options: ExecuteTemplateOptions,
  record: CallRecord<FinalAnswer, Progress>,
  request: DriverRequest,
  facts: LogFacts,
): Answer {
  const { answer, attempt, progress, key } = record;
  if (answer === undefined) {
    const recentMs = options.attempts.recentMs(request.type);
    const { messageAfterMs } = options;
    const reply = toNotYet(progress, { nowMs: options.nowMs(), messageAfterMs, recentMs });
    return { reply, facts: { ...facts, waitsFor: 'the driver', attempt } };
  }
  const waitMs = options.patchBudget.ask(key, answer.bytes);
  if (waitMs > 0) {
    return { reply: notYet(waitMs), facts: { ...facts, waitsFor: 'the task set', attempt } };
  }
  return {
    reply: answer.reply,
    facts: { ...facts, ...answer.facts, attempt },
    onDelivered: () => options.ledger.markDelivered(record),
  };
}

function refuse(template: PluginTemplate, faults: readonly string[]): Answer {
  const message = `driver-plugin refused template "${template.templateName}": ${faults.join('; ')}`;
  const facts = { ...factsOf(template), phase: 'Failed', faults: faults.length };
  return { reply: notSucceeded('Failed', message), facts };
}

function factsOf({ workflow, templateName }: PluginTemplate): LogFacts {
  return {
    workflow: workflow.name,
    namespace: workflow.namespace,
    uid: workflow.uid,
    template: templateName,
  };
}
