import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { toStatusError } from '../drive-failure.js';
import { createWaitingLines, type WaitingCall } from '../waiting-lines.js';
import type { ReceivedRequest } from './received-request.js';
import { toStatusResponse } from './to-status-response.js';

export interface ReadingLimits {
  /** Requests that are read at once. */
  readonly slots: number;
  /** How long a request may take to arrive once it is read. */
  readonly timeoutMs: number;
}

const retryDelayMs = 1_000;

/**
 * Bounds what the requests of a method hold before anybody has looked at them: only a few are read at once, the others
 * wait unread, and HTTP/2's flow control keeps their bytes at the sender. A request that does not arrive in time gives
 * its slot up. Whoever takes a request releases its slot (ReceivedRequest.release).
 */
export function createReadingSlots(
  methodPath: string,
  { slots, timeoutMs }: ReadingLimits,
): ServerInterceptor {
  const line = createLine(slots);
  return ({ path }, call) => {
    if (path !== methodPath) {
      return new ServerInterceptingCall(call);
    }
    let leave = () => {};
    let timer: NodeJS.Timeout | undefined;
    let hasMessage = false;
    let isReceived = false;
    const onReceiveMetadata = (metadata: Metadata, goOn: (metadata: Metadata) => void) => {
      leave = line.enter(call.getPeer(), () => {
        timer = setTimeout(() => call.sendStatus(toStatusResponse(late(timeoutMs))), timeoutMs);
        goOn(metadata);
      });
    };
    const onReceiveMessage = (received: ReceivedRequest, goOn: (received: ReceivedRequest) => void) => {
      hasMessage = true;
      received.release = leave;
      goOn(received);
    };
    const onReceiveHalfClose = (goOn: () => void) => {
      clearTimeout(timer);
      // A call that ends without a request is refused by gRPC itself: nobody takes anything over.
      isReceived = hasMessage;
      if (!isReceived) {
        leave();
      }
      goOn();
    };
    const onCancel = () => {
      clearTimeout(timer);
      // A request that has arrived is somebody's, who releases it, whether its caller still waits or not.
      if (!isReceived) {
        leave();
      }
    };
    return new ServerInterceptingCall(call, {
      start: (next) => next({ onReceiveMetadata, onReceiveMessage, onReceiveHalfClose, onCancel }),
    });
  };
}

/**
 * Lets a number in at once; the others wait, and their connections take turns: a connection of a thousand calls whose
 * requests never come holds another's next one back for the time of one, not of all. What `enter` returns takes a call out
 * again, wherever it is.
 */
function createLine(slots: number) {
  const inside = new Set<WaitingCall>();
  // Nobody need be pushed out: how many calls may be open is bounded before this.
  const waiting = createWaitingLines({ calls: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER });
  let isNextTurnSet = false;
  const letIn = () => {
    while (inside.size < slots) {
      const call = waiting.next();
      if (call === undefined) {
        return;
      }
      waiting.remove(call);
      inside.add(call);
      call.start();
    }
  };
  return {
    enter: (lineId: string, start: () => void): (() => void) => {
      const call: WaitingCall = { lineId, bytes: 0, start, pushOut: () => {} };
      waiting.add(call);
      letIn();
      return () => {
        waiting.remove(call);
        // Not at once: those of a connection that ends leave one after the other, and none of them must begin meanwhile.
        if (inside.delete(call) && !isNextTurnSet) {
          isNextTurnSet = true;
          setImmediate(() => {
            isNextTurnSet = false;
            letIn();
          });
        }
      };
    },
  };
}

function late(timeoutMs: number) {
  return toStatusError({
    status: 'UNAVAILABLE',
    reason: 'REQUEST_LATE',
    message: `the request did not arrive within ${timeoutMs / 1000} s; nothing was driven`,
    retry: 'safe',
    retryDelayMs,
  });
}
