import { type PluginTemplate, parseExecuteTemplate } from '../argo/parse-execute-template.js';
import {
  type NotYet,
  notOurs,
  notSucceeded,
  notYet,
  type Waiting,
  type WrittenReply,
  waiting,
  writeReply,
} from '../argo/reply.js';
import { type LogFacts, toLogText } from '../common/log-fields.js';
import type { DriverType } from '../contract/driver-type.js';
import type { Attempts } from './attempts.js';
import type { CallLedger } from './call-ledger.js';
import type { CallRecord } from './call-record.js';
import type { FinalAnswer } from './final-answer.js';
import type { Caller, LongPoll } from './long-poll.js';
import { toNotYet } from './not-yet.js';
import { digestOf, RecentBodies } from './recent-bodies.js';
import { requestIdOf } from './request-id.js';
import type { AskedAnswer } from './task-set.js';
import type { TaskSets } from './task-sets.js';
import { toDriverRequest } from './to-driver-request.js';
import { type Task, toTask } from './to-task.js';

/** A reply for Argo's agent, and what the log may know of it. */
export interface Answer {
  readonly reply: WrittenReply;
  readonly facts: readonly LogFacts[];
  /** To be called once the reply was flushed to a socket that is still open. */
  readonly onDelivered?: () => void;
}

export interface ExecuteTemplateOptions {
  readonly pluginKey: string;
  /** From when on "not yet" carries a message although nothing is wrong. */
  readonly messageAfterMs: number;
  readonly attempts: Attempts;
  readonly ledger: CallLedger<FinalAnswer>;
  readonly longPoll: LongPoll;
  readonly taskSets: TaskSets;
  /** Aborted when this process ends. */
  readonly ending: AbortSignal;
  /** How long the agent should stay away then: longer than this process will be there. */
  readonly stayAwayMs: number;
  readonly nowMs: () => number;
}

/**
 * Answers one POST of Argo's agent. Throws a SyntaxError for no JSON. The body is done with when this returns: whoever waits for
 * the answer need not keep it.
 */
export type ExecuteTemplate = (body: string, caller: Caller) => Answer | Promise<Answer>;

/** What a repeat of a body needs of it. */
interface KnownTask {
  readonly task: Task;
  readonly type: DriverType;
}

/** The way of a request: parse, convert, ask the ledger, call, convert, reply. A repeat asks the ledger at once. */
export function createExecuteTemplate(options: ExecuteTemplateOptions): ExecuteTemplate {
  const { pluginKey, attempts, ledger, ending } = options;
  const repeats = new RecentBodies<KnownTask>();
  // Not async: it would keep the body while the driver is at work.
  return (body, caller) => {
    const bodyDigest = digestOf(body);
    const known = repeats.find(bodyDigest);
    const joined = known === undefined ? undefined : ledger.find(known.task.key);
    if (known !== undefined && joined !== undefined) {
      known.task.taskSet.notePending(known.task.key, known.task.templateBytes);
      return answerTask(options, joined, known, caller);
    }
    const parsed = parseExecuteTemplate(body, pluginKey);
    if (parsed.kind === 'not-ours') {
      return { reply: writeReply(notOurs), facts: [{ reason: "another plugin's template" }] };
    }
    const { template } = parsed;
    const { declaredOutputs } = template;
    const converted = toDriverRequest(template);
    const task = toTask(template, converted.request, { body, taskSets: options.taskSets });
    task.taskSet.notePending(task.key, task.templateBytes, converted.request?.dagExecutionId);
    const faults = [...parsed.faults, ...converted.faults];
    const { request } = converted;
    if (request === undefined || faults.length > 0) {
      return refuse(template, task, faults);
    }
    const record = ending.aborted
      ? ledger.find(task.key)
      : ledger.ask(task.key, (attempt, again) => {
          const requestId = requestIdOf(task.key, attempt);
          return attempts.start({ declaredOutputs, request, requestId, again, facts: task.facts });
        });
    if (record === undefined) {
      return stayAway(options, task);
    }
    const { type } = request;
    repeats.keep(bodyDigest, { task, type });
    return answerTask(options, record, { task, type }, caller);
  };
}

async function answerTask(
  options: ExecuteTemplateOptions,
  record: CallRecord<FinalAnswer>,
  { task, type }: KnownTask,
  caller: Caller,
): Promise<Answer> {
  if (record.state.kind === 'started') {
    await options.longPoll.hold(record.progress, caller);
  }
  return toAnswer(options, record, type, task);
}

function toAnswer(
  options: ExecuteTemplateOptions,
  record: CallRecord<FinalAnswer>,
  type: DriverType,
  task: Task,
): Answer {
  const { state, attempt, progress } = record;
  if (state.kind !== 'started') {
    const onDelivered = () => options.ledger.markDelivered(record);
    const { bytes: answerBytes, executionId, facts } = state.answer;
    const answer = { reply: state.answer, facts: [task.facts, facts, { attempt }], onDelivered };
    return whenAdmitted(task, attempt, { answerBytes, executionId }, answer);
  }
  if (options.ending.aborted) {
    return stayAway(options, task);
  }
  const recentMs = options.attempts.recentMs(type);
  const { messageAfterMs } = options;
  const reply = toNotYet(progress, { nowMs: options.nowMs(), messageAfterMs, recentMs });
  const requestId = requestIdOf(record.key, attempt);
  const facts = { waitsFor: 'the driver', requestId, attempt };
  return { reply: writeNotYet(task, reply), facts: [task.facts, facts] };
}

function writeNotYet({ key, taskSet }: Task, reply: NotYet | Waiting): WrittenReply {
  if ('message' in reply.node) {
    taskSet.noteMessage(key, reply.node.message);
  }
  return writeReply(reply);
}

/** A final answer, once the task set has room for it. */
function whenAdmitted(
  task: Task,
  attempt: number,
  asked: Omit<AskedAnswer, 'templateBytes'>,
  answer: Answer,
): Answer {
  const { key, templateBytes, taskSet } = task;
  const admission = taskSet.admit(key, attempt, { templateBytes, ...asked });
  if (admission.kind === 'admitted') {
    return answer;
  }
  const { waitMs, waitsFor, tells } = admission;
  const reply = tells ? waiting(taskSetIsFull, waitMs) : notYet(waitMs);
  return { reply: writeNotYet(task, reply), facts: [task.facts, { waitsFor, attempt }] };
}

/** Short, because it takes room in that object itself. */
const taskSetIsFull = "the driver is done; its answer waits for room in Argo's task set (1.5 MiB)";

/** The next pod gets every task again; what this one has at the driver waits there under its request_id. */
function stayAway({ stayAwayMs }: ExecuteTemplateOptions, { facts }: Task): Answer {
  return { reply: writeReply(notYet(stayAwayMs)), facts: [facts, { waitsFor: 'the next sidecar' }] };
}

function refuse({ templateName }: PluginTemplate, task: Task, faults: readonly string[]): Answer {
  const phase = 'Failed';
  const message = `driver-plugin refused template "${toLogText(templateName)}": ${faults.join('; ')}`;
  const reply = writeReply(notSucceeded(phase, message));
  const facts = [task.facts, { phase, faults: faults.length }];
  return whenAdmitted(task, 0, { answerBytes: reply.bytes }, { reply, facts });
}
