import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { outcomeUnknown, serverBusy, serverEnding } from '../drive-failure.js';
import { toStatusResponse } from './to-status-response.js';

/** The calls of one method that have no status yet, from their first header on. */
export interface OpenCalls {
  readonly interceptor: ServerInterceptor;
  readonly size: () => number;
  /** Resolves as soon as none is open. */
  readonly none: () => Promise<void>;
  /** Refuses those whose request has not arrived whole: nothing was driven. */
  readonly endUnreceived: () => void;
  /** Ends all with a status that is true: whoever just closes the connection leaves its client a CANCELLED. */
  readonly endAll: () => void;
}

interface OpenCall {
  readonly call: ServerInterceptingCallInterface;
  /** Whether its request has arrived whole, so that it may have been driven. */
  isReceived: boolean;
}

/** Follows the calls of a method, of which `maxCalls` may be open at once. */
export function createOpenCalls(methodPath: string, maxCalls: number): OpenCalls {
  const open = new Set<OpenCall>();
  let waiting: (() => void)[] = [];
  const remove = (call: OpenCall) => {
    open.delete(call);
    if (open.size > 0) {
      return;
    }
    for (const resolve of waiting) {
      resolve();
    }
    waiting = [];
  };
  const interceptor: ServerInterceptor = ({ path }, call) => {
    if (path !== methodPath) {
      return new ServerInterceptingCall(call);
    }
    if (open.size >= maxCalls) {
      return refuse(call, open.size);
    }
    const added: OpenCall = { call, isReceived: false };
    open.add(added);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveHalfClose: (goOn) => {
            added.isReceived = true;
            goOn();
          },
          onCancel: () => remove(added),
        }),
      sendStatus: (status, next) => {
        next(status);
        remove(added);
      },
    });
  };
  return {
    interceptor,
    size: () => open.size,
    none: () => (open.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    endUnreceived: () => {
      for (const { call, isReceived } of open) {
        if (!isReceived) {
          call.sendStatus(toStatusResponse(serverEnding()));
        }
      }
    },
    endAll: () => {
      for (const { call } of open) {
        call.sendStatus(toStatusResponse(outcomeUnknown()));
      }
    },
  };
}

function refuse(call: ServerInterceptingCallInterface, open: number): ServerInterceptingCall {
  const full = serverBusy(`${open} calls are open`);
  const onReceiveMetadata = () => call.sendStatus(toStatusResponse(full));
  return new ServerInterceptingCall(call, { start: (next) => next({ onReceiveMetadata }) });
}
