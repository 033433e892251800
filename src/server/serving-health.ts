import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { Logger } from '../program/logger.js';
import type { Engine } from './engine.js';

/** Names under which grpc.health.v1 answers: the server as a whole, and the service. */
const healthNames = ['', 'kfp.driver.v1.DriverService'];
const askEngineEveryMs = 1_000;

export interface ServingHealth {
  /** Says NOT_SERVING from now on, whatever the engine says. */
  readonly stop: () => void;
}

/** Serves grpc.health.v1 on a server: SERVING while the engine can drive and nobody has said stop. */
export function serveHealth(server: Server, engine: Engine, logger: Logger): ServingHealth {
  const health = new HealthImplementation();
  let known: ServingStatus | undefined;
  const say = (status: ServingStatus) => {
    known = status;
    for (const name of healthNames) health.setStatus(name, status);
  };
  const askEngine = () => {
    const outage = engine.outage?.();
    const status = outage === undefined ? 'SERVING' : 'NOT_SERVING';
    if (status === known) return;
    if (outage !== undefined) logger.warn('cannot drive', { engine: engine.name, outage });
    else if (known !== undefined) logger.info('can drive again', { engine: engine.name });
    say(status);
  };
  askEngine();
  const timer = setInterval(askEngine, askEngineEveryMs).unref();
  health.addToServer(server);
  return {
    stop: () => {
      clearInterval(timer);
      say('NOT_SERVING');
    },
  };
}
