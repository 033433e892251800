import type { PluginTemplate } from '../argo/parse-execute-template.js';
import { type LogFacts, toLogText } from '../common/log-fields.js';
import { taskKeyOf } from './request-id.js';
import type { TaskSet } from './task-set.js';
import type { TaskSets } from './task-sets.js';
import type { DriverRequest } from './to-driver-request.js';

/** A template of ours as the ledger and the task set know it. */
export interface Task {
  readonly key: string;
  readonly templateBytes: number;
  /** The object that has the template. */
  readonly taskSet: TaskSet;
  readonly facts: LogFacts;
}

/**
 * Names the task. Equal templates are one task, because only a repeat or a retry has the same bytes; where the
 * template names its node, those of two nodes are two.
 */
export function toTask(
  template: PluginTemplate,
  request: DriverRequest | undefined,
  { body, taskSets }: { readonly body: string; readonly taskSets: TaskSets },
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
    templateBytes: templateBytesOf(body, workflow),
    taskSet: taskSets.of(workflow.uid),
    facts,
  };
}

/** Bytes of the template as Argo keeps it: the POST's body has the names of the workflow around it. */
function templateBytesOf(body: string, { name, namespace, uid }: PluginTemplate['workflow']): number {
  const around = JSON.stringify({ workflow: { metadata: { name, namespace, uid } }, template: '' });
  return Math.max(0, Buffer.byteLength(body) - Buffer.byteLength(around));
}
