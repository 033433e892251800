import { createHash } from 'node:crypto';
import { type PluginTemplate, parseExecuteTemplate } from '../argo/parse-execute-template.js';
import { type ExecuteTemplateReply, notOurs, notSucceeded, succeeded } from '../argo/reply.js';
import type { ExecuteResponse__Output } from '../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { StatusError } from '../contract/status-error.js';
import type { DriverClient } from '../driver/driver-client.js';
import type { LogFacts } from '../program/logger.js';
import { outcomes } from './status-to-outcome.js';
import { type DriverRequest, toDriverRequest } from './to-driver-request.js';
import { toOutputs } from './to-outputs.js';

/** A reply for Argo's agent, and what the log may know of it. */
export interface Answer {
  readonly reply: ExecuteTemplateReply;
  readonly facts: LogFacts;
}

export interface ExecuteTemplateOptions {
  readonly pluginKey: string;
  readonly timeoutMs: number;
  readonly driver: DriverClient;
}

/** The way of a request: parse, convert, ask the ledger, call, convert, reply. Throws a SyntaxError for what is no JSON. */
export function createExecuteTemplate({ pluginKey, timeoutMs, driver }: ExecuteTemplateOptions) {
  return async (body: string): Promise<Answer> => {
    const parsed = parseExecuteTemplate(body, pluginKey);
    if (parsed.kind === 'not-ours') return { reply: notOurs, facts: { outcome: 'not ours' } };
    const { template } = parsed;
    const converted = toDriverRequest(template);
    const faults = [...parsed.faults, ...('faults' in converted ? converted.faults : [])];
    if ('faults' in converted || faults.length > 0) return refuse(template, faults);
    // The ledger's place: it will join, start or replay here.
    const request = { ...converted.request.message, request_id: toRequestId(template, 1) };
    try {
      const response = await driver.execute(request, timeoutMs);
      return succeed(template, converted.request, response);
    } catch (error) {
      return fail(template, converted.request, StatusError.from(error));
    }
  };
}

/** The same for every delivery of one attempt at one task, different for any other, also across restarts. */
function toRequestId(template: PluginTemplate, attempt: number): string {
  const identity = JSON.stringify([template.workflow.uid, template.canonical, attempt]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

function refuse(template: PluginTemplate, faults: readonly string[]): Answer {
  const message = `driver-plugin refused template "${template.templateName}": ${faults.join('; ')}`;
  return {
    reply: notSucceeded('Failed', message),
    facts: { ...factsOf(template), outcome: 'Failed', faults: faults.length },
  };
}

function succeed(
  template: PluginTemplate,
  request: DriverRequest,
  response: ExecuteResponse__Output,
): Answer {
  const { parameters, missing } = toOutputs(request.type, template.declaredOutputs, response);
  const facts = { ...factsOf(template, request), grpcStatus: 'OK' };
  if (missing.length > 0) {
    const message = `the ${request.type} driver's answer lacks the declared output ${missing.join(', ')}, and nothing else defines it`;
    return { reply: notSucceeded('Error', message), facts: { ...facts, outcome: 'Error' } };
  }
  const id = response.execution_id ?? response.task_id;
  const message = `${request.type} driver done${id === undefined ? '' : ` as execution ${id}`}${response.cached === true ? ', cached' : ''}`;
  return { reply: succeeded(message, parameters), facts: { ...facts, outcome: 'Succeeded' } };
}

function fail(template: PluginTemplate, request: DriverRequest, error: StatusError): Answer {
  const { phase, meaning } = outcomes[error.status === 'OK' ? 'UNKNOWN' : error.status];
  const message = `${error.status}: ${meaning}${error.message === '' ? '' : `: ${error.message}`}`;
  return {
    reply: notSucceeded(phase, message),
    facts: { ...factsOf(template, request), outcome: phase, grpcStatus: error.status },
  };
}

function factsOf({ workflow, templateName }: PluginTemplate, request?: DriverRequest): LogFacts {
  return {
    workflow: workflow.name,
    namespace: workflow.namespace,
    uid: workflow.uid,
    template: templateName,
    task: request?.taskName,
    type: request?.type,
  };
}
