import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';
import { checkRequest } from '../grpc/check-request.js';
import { inStage, type ObserveStage } from '../measures.js';
import { referenceFailure } from './reference-failure.js';
import { checkRun, resolveRequest } from './resolve-request.js';
import type { KnownWorkflow, WorkflowName, WorkflowParameters } from './workflow-parameters.js';

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
    const reading = () => resolve(request, context.deadlineMs);
    const isReference = request.arguments_from !== undefined;
    const resolved = await (isReference ? inStage(context.observe, 'references', reading) : reading());
    if (resolved !== request) {
      checkRequest(resolved);
    }
    return await execute(resolved, context);
  };
}

export interface ResolverOptions {
  /** Whether a request without a reference must be of its workflow's run too; by default it is not looked at. */
  readonly checksEveryRun?: boolean;
}

/** `parameters` undefined: this server reads no workflows. */
export function createResolver(
  parameters: WorkflowParameters | undefined,
  { checksEveryRun = false }: ResolverOptions = {},
): ResolveReferences {
  return async (request, deadlineMs) => {
    const byValue = request.arguments_from === undefined;
    if (byValue && (parameters === undefined || !checksEveryRun)) {
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
    const use = (known: KnownWorkflow) => {
      checkRun(request, known);
      return byValue ? request : resolveRequest(request, known);
    };
    const read = parameters.get(workflow, deadlineMs);
    if (byValue && (await mayNotRead(read))) {
      return request;
    }
    const { known, isFresh } = await read;
    try {
      return use(known);
    } catch (refusal) {
      // A workflow may have been patched since it was read: what was kept never refuses a task.
      if (isFresh || !(refusal instanceof StatusError)) {
        throw refusal;
      }
      return use(await parameters.refresh(workflow, deadlineMs));
    }
  };
}

/** A server without the right to read workflows drives what comes by value, as before it had any. */
function mayNotRead(read: Promise<unknown>): Promise<boolean> {
  return read.then(
    () => false,
    (thrown: unknown) => thrown instanceof StatusError && thrown.status === 'PERMISSION_DENIED',
  );
}
