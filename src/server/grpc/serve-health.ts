import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { Logger } from '../../common/logger.js';
import type { Engine } from '../engine.js';

/** The server as a whole: what a Kubernetes probe asks for. */
const wholeServer = '';
const service = 'kfp.driver.v1.DriverService';
const askEngineEveryMs = 1_000;

export interface ServingHealth {
  /** Says NOT_SERVING from now on, whatever the engine says. */
  readonly stop: () => void;
}

/**
 * Serves grpc.health.v1 on a server. The service is SERVING while the engine can drive and nobody has said stop; the
 * server as a whole knows of stop alone, because a restart mends no outage, and a server that Kubernetes took out of
 * its name could not tell the sidecars of it.
 */
export function serveHealth(server: Server, engine: Engine, logger: Logger): ServingHealth {
  const health = new HealthImplementation();
  let known: ServingStatus | undefined;
  const say = (status: ServingStatus) => {
    known = status;
    health.setStatus(service, status);
  };
  const askEngine = () => {
    const outage = engine.outage?.();
    const status = outage === undefined ? 'SERVING' : 'NOT_SERVING';
    if (status === known) {
      return;
    }
    if (outage !== undefined) {
      logger.warn('cannot drive', { engine: engine.name, outage });
    } else if (known !== undefined) {
      logger.info('can drive again', { engine: engine.name });
    }
    say(status);
  };
  health.setStatus(wholeServer, 'SERVING');
  askEngine();
  const timer = setInterval(askEngine, askEngineEveryMs).unref();
  health.addToServer(server);
  return {
    stop: () => {
      clearInterval(timer);
      say('NOT_SERVING');
      health.setStatus(wholeServer, 'NOT_SERVING');
    },
  };
}
