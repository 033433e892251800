import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { Logger } from '../../common/logger.js';
import type { Authenticate } from './authenticate.js';
import { toStatusResponse } from './to-status-response.js';

/** Kubernetes probes have no token, and health tells nothing that a refused connection would not. */
const openToAll = '/grpc.health.v1.Health/';

/** Asks `authenticate` before anything of a call is read, reflection's calls as well; health is open to all. */
export function guardCalls(authenticate: Authenticate, logger: Logger): ServerInterceptor {
  return ({ path }, call) => {
    if (path.startsWith(openToAll)) {
      return new ServerInterceptingCall(call);
    }
    const onReceiveMetadata = (metadata: Metadata, goOn: (metadata: Metadata) => void) => {
      authenticate(metadata).then(
        () => {
          // The token goes no further than here.
          metadata.remove('authorization');
          goOn(metadata);
        },
        (thrown: unknown) => {
          const status = toStatusResponse(thrown);
          logger.warn('refused a caller', { peer: call.getPeer(), reason: status.details });
          call.sendStatus(status);
        },
      );
    };
    return new ServerInterceptingCall(call, { start: (next) => next({ onReceiveMetadata }) });
  };
}
