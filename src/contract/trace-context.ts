import { hexDigest } from '../common/hex-digest.js';

/** Where a span belongs, as W3C's traceparent carries it: lower-case hex. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits: of the span that calls. */
  readonly spanId: string;
}

/** gRPC metadata that carries it. */
export const traceparentKey = 'traceparent';

const allZero = /^0+$/;

/**
 * The trace of a workflow, and in it the span of one attempt at a task. Kubernetes' uids are 32 hex digits with dashes
 * between; of any other uid it is a hash. An attempt's calls have one span, however often they are sent.
 */
export function traceContextOf(workflowUid: string, requestId: string): TraceContext {
  const digits = workflowUid.replaceAll('-', '').toLowerCase();
  const isId = /^[0-9a-f]{32}$/.test(digits) && !allZero.test(digits);
  return {
    traceId: isId ? digits : hexDigest(workflowUid, 32),
    // Not all zero, but for one text in 2^64.
    spanId: hexDigest(requestId, 16),
  };
}

/** Sampled: whether anybody keeps it is the server's to say. */
export function toTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Undefined for a text that is none. Versions to come may have more at their end. */
export function readTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', more = ''] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(text) ?? [];
  const isKnown = version !== undefined && version !== 'ff' && (version !== '00' || more === '');
  return isKnown && !allZero.test(traceId) && !allZero.test(spanId) ? { traceId, spanId } : undefined;
}
