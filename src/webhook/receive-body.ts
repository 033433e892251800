import type { IncomingMessage } from 'node:http';
import type { Clock } from '../common/clock.js';
import { headOf, type ReceivedBody } from './answer-review.js';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** Most bytes of all bodies that are arriving at once. */
  readonly maxBytesInFlight: number;
  /** From the first byte of the request to its last. */
  readonly budgetMs: number;
  readonly clock: Clock;
}

export type ReceiveBody = (request: IncomingMessage) => Promise<ReceivedBody>;

/** Reads bodies, each within its time and size. What is cut is read to its end and dropped, or Go would see no answer. */
export function createBodyReceiver({
  maxBodyBytes,
  maxBytesInFlight,
  budgetMs,
  clock,
}: BodyLimits): ReceiveBody {
  let inFlightBytes = 0;
  return (request) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let hasEnded = false;
      const end = (body: ReceivedBody) => {
        if (!hasEnded) {
          hasEnded = true;
          cancel();
          inFlightBytes -= bytes;
          request.off('data', onData).resume();
          resolve(body);
        }
      };
      const cut = (reason: 'too-large' | 'too-slow' | 'too-busy') =>
        end({ kind: 'cut', reason, head: headOf(chunks) });
      const onData = (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        inFlightBytes += chunk.length;
        if (bytes > maxBodyBytes) {
          cut('too-large');
        } else if (inFlightBytes > maxBytesInFlight) {
          cut('too-busy');
        }
      };
      const cancel = clock.after(budgetMs, () => cut('too-slow'));
      request.on('data', onData);
      request.once('end', () => end({ kind: 'whole', chunks, bytes }));
      // Nobody is left who could hear an answer.
      request.once('close', () => cut('too-slow'));
    });
}
