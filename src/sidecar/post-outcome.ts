import type { ServerResponse } from 'node:http';
import { wasDelivered } from './followed-response.js';
import type { PostOutcome } from './sidecar-metrics.js';

/** What a POST got, once its response is closed; `noted` where more is known of it than its HTTP status. */
export function outcomeOfResponse(response: ServerResponse, noted: PostOutcome | undefined): PostOutcome {
  if (!wasDelivered(response)) {
    return 'hung-up';
  }
  const { statusCode } = response;
  return (
    noted ?? (statusCode === 403 ? 'refused-caller' : statusCode < 500 ? 'refused-body' : 'internal-error')
  );
}
