import type { Verdict } from './verdict.js';

/** What the webhook tells of its work to whoever measures it. The functions return at once and never throw. */
export interface WebhookMeasures {
  /** A request has its verdict: once for each POST, whatever came of it. */
  answered(verdict: Verdict, ms: number): void;
  /** A connection broke before a request; distrust is a caller that does not take the certificate. */
  connectionBroke(kind: 'distrust' | 'other'): void;
}

export const noMeasures: WebhookMeasures = { answered() {}, connectionBroke() {} };
