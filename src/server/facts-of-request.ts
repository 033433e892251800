import type { LogFacts } from '../common/logger.js';
import type { ExecuteRequest__Output } from '../contract/generated/kfp/driver/v1/ExecuteRequest.js';

/** Longest id or name in the log, UTF-16 units: a caller chooses them. */
const maxLoggedLength = 200;

/** The ids and names of a request. */
export function factsOfRequest({
  request_id,
  workflow,
  task_name,
  node_name,
  type,
}: ExecuteRequest__Output): LogFacts {
  return {
    requestId: request_id?.slice(0, maxLoggedLength),
    workflow: workflow?.name?.slice(0, maxLoggedLength),
    namespace: workflow?.namespace?.slice(0, maxLoggedLength),
    uid: workflow?.uid?.slice(0, maxLoggedLength),
    task: task_name?.slice(0, maxLoggedLength),
    node: node_name?.slice(0, maxLoggedLength),
    type,
  };
}
