import {
  status as grpcStatus,
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { readStatusDetails } from '../../contract/status-details.js';
import { errorDomain, type Status } from '../../contract/status-error.js';
import type { ServerMeasures } from '../measures.js';
import type { ReceivedRequest } from './received-request.js';

/**
 * Tells of each call of a method once, when it has its status, whoever gives it. Must be the first that a call meets. A
 * call that ends before its request was read, because its caller went away or grpc-js refused it, counts as CANCELLED.
 */
export function measureCalls(methodPath: string, { callEnded }: ServerMeasures): ServerInterceptor {
  return ({ path }, call) => {
    if (path !== methodPath) {
      return new ServerInterceptingCall(call);
    }
    const beganMs = performance.now();
    let received: ReceivedRequest | undefined;
    let hasEnded = false;
    const end = (status: Status, reason?: string) => {
      if (!hasEnded) {
        hasEnded = true;
        callEnded({ type: received?.type, status, reason, ms: performance.now() - beganMs });
      }
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMessage: (message: ReceivedRequest, goOn: (message: ReceivedRequest) => void) => {
            received = message;
            goOn(message);
          },
          onCancel: () => {
            if (received === undefined) {
              end('CANCELLED');
            }
          },
        }),
      sendStatus: (status, next) => {
        next(status);
        // What grpc-js says of a call that breaks before its message, as if it had ended without one.
        const isEmpty = received === undefined && status.code === grpcStatus.UNIMPLEMENTED;
        end(isEmpty ? 'CANCELLED' : nameOf(status.code), reasonOf(status.code, status.metadata));
      },
    });
  };
}

function nameOf(code: grpcStatus | undefined): Status {
  return (grpcStatus[code ?? grpcStatus.UNKNOWN] ?? 'UNKNOWN') as Status;
}

function reasonOf(code: grpcStatus | undefined, metadata: Metadata | null | undefined): string | undefined {
  if (code === grpcStatus.OK || metadata === null || metadata === undefined) {
    return undefined;
  }
  const { errorInfo } = readStatusDetails(metadata);
  return errorInfo?.domain === errorDomain ? errorInfo.reason : undefined;
}
