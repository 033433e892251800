import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { toStatusError } from '../drive-failure.js';
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
      leave = line.enter(() => {
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

/** Lets a number in at once, the others in their order. What `enter` returns takes it out again, wherever it is. */
function createLine(slots: number) {
  const inside = new Set<() => void>();
  const waiting = new Set<() => void>();
  let isNextTurnSet = false;
  const letIn = () => {
    isNextTurnSet = false;
    for (const begin of waiting) {
      if (inside.size >= slots) {
        return;
      }
      waiting.delete(begin);
      inside.add(begin);
      begin();
    }
  };
  return {
    enter: (begin: () => void): (() => void) => {
      waiting.add(begin);
      letIn();
      return () => {
        waiting.delete(begin);
        // Not at once: those of a connection that ends leave one after the other, and none of them must begin meanwhile.
        if (inside.delete(begin) && !isNextTurnSet) {
          isNextTurnSet = true;
          setImmediate(letIn);
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
