import { type PluginTemplate, parseExecuteTemplate } from '../argo/parse-execute-template.js';
import { notOurs, notSucceeded, notYet, type WrittenReply, waiting, writeReply } from '../argo/reply.js';
import { type LogFacts, toLogText } from '../common/log-fields.js';
import type { DriverType } from '../contract/driver-type.js';
import type { Attempts } from './attempts.js';
import type { CallLedger } from './call-ledger.js';
import type { CallRecord } from './call-record.js';
import type { FinalAnswer } from './final-answer.js';
import type { Caller, LongPoll } from './long-poll.js';
import { toNotYet } from './not-yet.js';
import { digestOf, RecentBodies } from './recent-bodies.js';
import { requestIdOf, taskKeyOf } from './request-id.js';
import type { TaskSet } from './task-set.js';
import type { TaskSets } from './task-sets.js';
import { type DriverRequest, toDriverRequest } from './to-driver-request.js';

/** A reply for Argo's agent, and what the log may know of it. */
export interface Answer {
  readonly reply: WrittenReply;
  readonly facts: LogFacts;
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

/** Answers one POST of Argo's agent. Throws a SyntaxError for no JSON. */
export type ExecuteTemplate = (body: string, caller: Caller) => Promise<Answer>;

/** A template of ours as the ledger and the task set know it. */
interface Task {
  readonly key: string;
  readonly templateBytes: number;
  /** The object that has the template. */
  readonly taskSet: TaskSet;
  readonly facts: LogFacts;
}

/** What a repeat of a body needs of it. */
interface KnownTask {
  readonly task: Task;
  readonly type: DriverType;
}

/** The way of a request: parse, convert, ask the ledger, call, convert, reply. A repeat asks the ledger at once. */
export function createExecuteTemplate(options: ExecuteTemplateOptions): ExecuteTemplate {
  const { pluginKey, attempts, ledger, ending } = options;
  const repeats = new RecentBodies<KnownTask>();
  return async (body, caller) => {
    const bodyDigest = digestOf(body);
    const known = repeats.find(bodyDigest);
    const joined = known === undefined ? undefined : ledger.find(known.task.key);
    if (known !== undefined && joined !== undefined) {
      known.task.taskSet.notePending(known.task.key, known.task.templateBytes);
      return await answerTask(options, joined, known, caller);
    }
    const parsed = parseExecuteTemplate(body, pluginKey);
    if (parsed.kind === 'not-ours') {
      return { reply: writeReply(notOurs), facts: { reason: "another plugin's template" } };
    }
    const { template } = parsed;
    const converted = toDriverRequest(template);
    const task = toTask(options, template, converted.request, body);
    task.taskSet.notePending(task.key, task.templateBytes);
    const faults = [...parsed.faults, ...converted.faults];
    const { request } = converted;
    if (request === undefined || faults.length > 0) {
      return refuse(template, task, faults);
    }
    const record = ending.aborted
      ? ledger.find(task.key)
      : ledger.ask(task.key, (attempt, again) => {
          const requestId = requestIdOf(task.key, attempt);
          return attempts.start({ template, request, requestId, again, facts: task.facts });
        });
    if (record === undefined) {
      return stayAway(options, task);
    }
    const { type } = request;
    repeats.keep(bodyDigest, { task, type });
    return await answerTask(options, record, { task, type }, caller);
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

/**
 * Names the task. Equal templates are one task, because only a repeat or a retry has the same bytes; where the
 * template names its node, those of two nodes are two.
 */
function toTask(
  { taskSets }: ExecuteTemplateOptions,
  template: PluginTemplate,
  request: DriverRequest | undefined,
  body: string,
): Task {
  const { workflow, templateName } = template;
  const node = request?.nodeName;
  const facts = {
    workflow: toLogText(workflow.name),
    namespace: toLogText(workflow.namespace),
    uid: toLogText(workflow.uid),
    template: toLogText(templateName),
    ...(node !== undefined && { node: toLogText(node) }),
    ...(request !== undefined && { task: toLogText(request.taskName), type: request.type }),
  };
  return {
    key: taskKeyOf(template, node),
    templateBytes: Buffer.byteLength(body),
    taskSet: taskSets.of(workflow.uid),
    facts,
  };
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
    const { bytes, facts } = state.answer;
    const answer = { reply: state.answer, facts: { ...task.facts, ...facts, attempt }, onDelivered };
    return whenAdmitted(task, attempt, bytes, answer);
  }
  if (options.ending.aborted) {
    return stayAway(options, task);
  }
  const recentMs = options.attempts.recentMs(type);
  const { messageAfterMs } = options;
  const reply = toNotYet(progress, { nowMs: options.nowMs(), messageAfterMs, recentMs });
  const requestId = requestIdOf(record.key, attempt);
  return { reply: writeReply(reply), facts: { ...task.facts, waitsFor: 'the driver', requestId, attempt } };
}

/** A final answer, once the task set has room for it. */
function whenAdmitted(
  { key, templateBytes, taskSet, facts }: Task,
  attempt: number,
  bytes: number,
  answer: Answer,
): Answer {
  const admission = taskSet.admit(key, attempt, templateBytes, bytes);
  if (admission.kind === 'admitted') {
    return answer;
  }
  const { waitMs, waitsFor } = admission;
  const isFull = waitsFor === 'room in the task set';
  const reply = isFull ? waiting(taskSetIsFull, waitMs) : notYet(waitMs);
  return { reply: writeReply(reply), facts: { ...facts, waitsFor, attempt } };
}

/** Short, because it takes room in that object itself. */
const taskSetIsFull = "the driver is done; its answer waits for room in Argo's task set (1.5 MiB)";

/** The next pod gets every task again; what this one has at the driver waits there under its request_id. */
function stayAway({ stayAwayMs }: ExecuteTemplateOptions, { facts }: Task): Answer {
  return { reply: writeReply(notYet(stayAwayMs)), facts: { ...facts, waitsFor: 'the next sidecar' } };
}

function refuse({ templateName }: PluginTemplate, task: Task, faults: readonly string[]): Answer {
  const reply = notSucceeded(
    'Failed',
    `driver-plugin refused template "${toLogText(templateName)}": ${faults.join('; ')}`,
  );
  const facts = { ...task.facts, phase: reply.node.phase, faults: faults.length };
  return whenAdmitted(task, 0, Buffer.byteLength(reply.node.message), { reply: writeReply(reply), facts });
}
