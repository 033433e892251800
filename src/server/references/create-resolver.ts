import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';
import { checkRequest } from '../grpc/check-request.js';
import { inStage, type ObserveStage } from '../measures.js';
import { referenceFailure } from './reference-failure.js';
import { resolveRequest } from './resolve-request.js';
import type { WorkflowName, WorkflowParameters } from './workflow-parameters.js';

/**
 * Puts into a request what its reference holds; a request without one stays as it is. `deadlineMs`: epoch
 * milliseconds. Rejects with a StatusError; nothing was driven then.
 */
export type ResolveReferences = (
  request: ExecuteRequest__Output,
  deadlineMs: number,
) => Promise<ExecuteRequest__Output>;

/**
 * Resolves references before a request is looked up or driven: two requests for the same are the same, however their
 * arguments came. What the workflow held is checked like what the request holds.
 */
export function resolvingFirst<
  Context extends { readonly deadlineMs: number; readonly observe?: ObserveStage },
  Result,
>(
  resolve: ResolveReferences = createResolver(undefined),
  execute: (request: ExecuteRequest__Output, context: Context) => Promise<Result>,
): (request: ExecuteRequest__Output, context: Context) => Promise<Result> {
  return async (request, context) => {
    if (request.arguments_from === undefined) {
      return await execute(request, context);
    }
    const reading = () => resolve(request, context.deadlineMs);
    const resolved = await inStage(context.observe, 'references', reading);
    checkRequest(resolved);
    return await execute(resolved, context);
  };
}

/** `parameters` undefined: this server reads no workflows. */
export function createResolver(parameters: WorkflowParameters | undefined): ResolveReferences {
  return async (request, deadlineMs) => {
    if (request.arguments_from === undefined) {
      return request;
    }
    if (parameters === undefined) {
      throw referenceFailure({
        status: 'FAILED_PRECONDITION',
        reason: 'NO_KUBERNETES',
        message:
          'the task names its arguments (arguments_from), but this server reads no workflows: ' +
          'set KUBERNETES_API, or convert the workflow --by-value',
      });
    }
    const { namespace = '', name = '', uid = '' } = request.workflow ?? {};
    const workflow: WorkflowName = { namespace, name, uid };
    const { known, isFresh } = await parameters.get(workflow, deadlineMs);
    try {
      return resolveRequest(request, known);
    } catch (refusal) {
      // A workflow may have been patched since it was read: what was kept never refuses a task.
      if (isFresh || !(refusal instanceof StatusError)) {
        throw refusal;
      }
      return resolveRequest(request, await parameters.refresh(workflow, deadlineMs));
    }
  };
}
