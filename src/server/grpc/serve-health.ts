import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { Logger } from '../../common/logger.js';
import type { DriveRight } from '../drive-right.js';
import type { Engine } from '../engine.js';

/** The server as a whole: what clients and load balancers ask for that know no services. */
const wholeServer = '';
const service = 'kfp.driver.v1.DriverService';
/** What Kubernetes' probes ask for. A replica that waits for its lease is live, and ready to take over. */
export const probedNames = { live: 'liveness', ready: 'readiness' } as const;
const askEveryMs = 1_000;

export interface ServingHealth {
  /** Says what the engine and the right say now; it does so every second anyway. */
  readonly tell: () => void;
  /** Says NOT_SERVING from now on, whatever the engine says. */
  readonly stop: () => void;
}

/**
 * Serves grpc.health.v1 on a server. The service is SERVING while the engine can drive, this server may (`right`), and
 * nobody has said stop. The server as a whole knows nothing of the engine, because a restart mends no outage, and a
 * server that Kubernetes took out of its name could not tell the sidecars of it.
 */
export function serveHealth(
  server: Server,
  engine: Engine,
  logger: Logger,
  right?: Pick<DriveRight, 'refusal' | 'fault' | 'onChange'>,
): ServingHealth {
  const health = new HealthImplementation();
  const known = new Map<string, ServingStatus>();
  const say = (name: string, isServing: boolean) => {
    const status = isServing ? 'SERVING' : 'NOT_SERVING';
    if (known.get(name) !== status) {
      known.set(name, status);
      health.setStatus(name, status);
    }
  };
  const logOutage = createOutageLog(engine, logger);
  let isStopped = false;
  const tell = () => {
    const outage = engine.outage?.();
    const mayDrive = !isStopped && right?.refusal() === undefined;
    if (!isStopped) {
      logOutage(outage);
    }
    say(service, mayDrive && outage === undefined);
    say(wholeServer, mayDrive);
    say(probedNames.ready, !isStopped && right?.fault() === undefined);
  };
  say(probedNames.live, true);
  tell();
  right?.onChange(tell);
  const timer = setInterval(tell, askEveryMs).unref();
  health.addToServer(server);
  return {
    tell,
    stop: () => {
      clearInterval(timer);
      isStopped = true;
      tell();
    },
  };
}

/** Tells of the beginning and the end of each outage. */
function createOutageLog(engine: Engine, logger: Logger): (outage: string | undefined) => void {
  let isOut = false;
  return (outage) => {
    if (outage !== undefined && !isOut) {
      logger.warn('cannot drive', { engine: engine.name, outage });
    }
    if (outage === undefined && isOut) {
      logger.info('can drive again', { engine: engine.name });
    }
    isOut = outage !== undefined;
  };
}
