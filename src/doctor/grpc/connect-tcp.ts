import { once } from 'node:events';
import { connect } from 'node:net';
import { errorText } from '../../common/error-text.js';
import { StatusError } from '../../contract/status-error.js';
import { readServiceName, type ServerAddress } from '../cluster/server-address.js';
import type { Scope } from '../scope.js';

/** Host and port that lead to the driver server from here. */
export interface Way {
  readonly host: string;
  readonly port: number;
}

/** Why the server cannot be reached from here, with the remedy; undefined where it can be tried. */
export function whyNotFromHere({ host, port }: ServerAddress, scope: Scope): string | undefined {
  if (scope.driver !== undefined || scope.isInside) {
    return undefined;
  }
  const name = readServiceName(host);
  const service = name?.service ?? 'kfp-driver-server';
  const namespace = name?.namespace ?? scope.namespace;
  return (
    `${host} is a name of the cluster, and this is not a pod: run ` +
    `\`kubectl port-forward -n ${namespace} service/${service} ${port}:${port}\` and add --driver 127.0.0.1:${port}`
  );
}

/** Connects once. Rejects with FAILED_PRECONDITION from outside of the cluster, with UNAVAILABLE where nothing listens. */
export async function connectTcp(server: ServerAddress, scope: Scope): Promise<Way> {
  const reason = whyNotFromHere(server, scope);
  if (reason !== undefined) {
    throw new StatusError('FAILED_PRECONDITION', reason);
  }
  const way = scope.driver === undefined ? server : readWay(scope.driver);
  const signal = AbortSignal.timeout(scope.timeoutMs);
  const socket = connect(way.port, way.host);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    const cause = signal.aborted ? `no answer within ${scope.timeoutMs / 1000} s` : causeOf(error);
    throw new StatusError(
      'UNAVAILABLE',
      `the driver server cannot be reached at ${way.host}:${way.port}: ${cause}`,
    );
  } finally {
    socket.destroy();
  }
  return { host: way.host, port: way.port };
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is unknown (a headless Service without a pod has no address)',
  EAI_AGAIN: 'the name cannot be looked up now',
};

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return causes[code] ?? errorText(error);
}

/** HOST:PORT, checked by the command line; an IPv6 address in brackets. */
function readWay(text: string): Way {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
