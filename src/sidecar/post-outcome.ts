import type { ServerResponse } from 'node:http';
import type { ExecuteTemplateReply } from '../argo/reply.js';
import type { PostOutcome } from './sidecar-metrics.js';

/** What a reply means for its POST. */
export function outcomeOfReply(reply: ExecuteTemplateReply): PostOutcome {
  const { node } = reply as { readonly node?: { readonly phase?: string } };
  if (node === undefined) {
    return 'not-ours';
  }
  return node.phase === undefined ? 'not-yet' : outcomesOfPhase[node.phase as keyof typeof outcomesOfPhase];
}

const outcomesOfPhase = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'error',
  Pending: 'waiting',
} as const;

/** What a POST got, once its response is closed; `noted` where more is known of it than its HTTP status. */
export function outcomeOfResponse(response: ServerResponse, noted: PostOutcome | undefined): PostOutcome {
  if (!response.writableFinished) {
    return 'hung-up';
  }
  const { statusCode } = response;
  return (
    noted ?? (statusCode === 403 ? 'refused-caller' : statusCode < 500 ? 'refused-body' : 'internal-error')
  );
}
