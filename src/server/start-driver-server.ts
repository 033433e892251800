import { Server, ServerCredentials, type ServerOptions } from '@grpc/grpc-js';
import type { Logger } from '../common/logger.js';
import { drainServer } from './drain-server.js';
import { type DriveRight, rightLost } from './drive-right.js';
import type { Engine } from './engine.js';
import { type FollowCall, followAll } from './follow-calls.js';
import { addReflection } from './grpc/add-reflection.js';
import type { Authenticate } from './grpc/authenticate.js';
import { checkNamespace } from './grpc/check-namespace.js';
import { checkRequest } from './grpc/check-request.js';
import { countConnections } from './grpc/count-connections.js';
import {
  createExecuteHandler,
  type ExecuteHandler,
  type ExecuteParts,
  executePath,
  serializeResponse,
  servedDefinition,
} from './grpc/driver-service.js';
import { guardCalls } from './grpc/guard-calls.js';
import { measureCalls } from './grpc/measure-calls.js';
import { createOpenCalls, type OpenCalls } from './grpc/open-calls.js';
import { createReadingSlots } from './grpc/reading-slots.js';
import { serveHealth } from './grpc/serve-health.js';
import type { RequestLedger } from './ledger/request-ledger.js';
import { createSingleFlight } from './ledger/single-flight.js';
import { listen } from './listen.js';
import { noMeasures, type ServerMeasures, type ServerState } from './measures.js';
import { type ResolveReferences, resolvingFirst } from './references/create-resolver.js';
import { createTerms } from './terms.js';

export interface DriverServerOptions {
  readonly engine: Engine;
  readonly ledger: RequestLedger;
  readonly logger: Logger;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly credentials?: ServerCredentials;
  /** Asked for each call but health's; without it everybody who can connect may call. */
  readonly authenticate?: Authenticate;
  /** The only namespace whose workflows are driven; without it all are. */
  readonly namespace?: string;
  /** Reads what arguments_from names; by default a request with it is refused. */
  readonly resolveReferences?: ResolveReferences;
  /** Bound of one message, either way; the default is far above the largest spec that etcd can hold. */
  readonly maxMessageBytes?: number;
  /** How long a request may take to arrive once it is read; 10 s by default. */
  readonly readTimeoutMs?: number;
  /** A connection that is older is replaced, so that clients look the server's name up again. */
  readonly maxConnectionAgeMs?: number;
  /** Where one of several servers drives at a time; without it this one always may. */
  readonly right?: DriveRight;
  /** While it ends, stay for repeats until no drive has ended for so long; 0 by default. */
  readonly repeatGraceMs?: number;
  readonly measures?: ServerMeasures;
  /** Follows each call that was read: as a trace, for the page. */
  readonly followCall?: FollowCall;
  /** Stands between the wire and the service: for faults. */
  readonly wrapExecute?: (execute: ExecuteHandler) => ExecuteHandler;
}

export interface DriverServer {
  /** HOST:PORT */
  readonly address: string;
  readonly state: () => ServerState;
  /** Lets the engine begin what it does beside calls; health tells of an outage as soon as it is known. */
  readonly begin: () => void;
  /**
   * Says NOT_SERVING and drives nothing new; the right to drive is given back as soon as nothing runs. For a while it stays for repeats: an answer that was lost on its way is
   * known to nobody else. Then it takes no calls (GOAWAY). What is running may finish within `graceMs`, then it is
   * aborted; every call gets a status. Resolves when the engine is closed and every connection has ended. A second
   * drain may shorten the grace of the first.
   */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** Calls of all connections that wait for an answer; each holds some 10 KB. */
export const maxOpenCalls = 2_048;
/** Of one connection: more than a sidecar's MAX_CONCURRENT_CALLS, so that none waits inside HTTP/2. */
export const maxStreamsPerConnection = 1_024;
/** Requests that are read, decoded and looked at at once: each may hold MAX_MESSAGE_BYTES a few times. */
export const readingSlots = 8;

const defaults = {
  maxMessageBytes: 4 << 20,
  readTimeoutMs: 10_000,
  repeatGraceMs: 0,
  measures: noMeasures,
};

/**
 * Starts DriverService with an engine behind its ledger, grpc.health.v1 and server reflection. Rejects when the
 * address cannot be bound. Clients may ping as often as they like: grpc-js has no policy against it.
 */
export async function startDriverServer(given: DriverServerOptions): Promise<DriverServer> {
  const options = { ...defaults, ...given };
  const { engine, logger, host, port, right, repeatGraceMs, wrapExecute = (execute) => execute } = options;
  const { maxMessageBytes, credentials = ServerCredentials.createInsecure() } = options;
  const openCalls = createOpenCalls(executePath, maxOpenCalls);
  const server = new Server(serverOptions(options, openCalls));
  const terms = createTerms();
  const singleFlight = createSingleFlight({
    ...options,
    serialize: (response) => serializeResponse(response, maxMessageBytes),
    signal: terms.signal,
    ...(right !== undefined && { refusal: () => right.refusal() }),
  });
  right?.onLost(async () => {
    terms.end(rightLost);
    await singleFlight.idle();
    options.ledger.overtaken?.();
  });
  const executeOnce = resolvingFirst(options.resolveReferences, singleFlight.executeOnce);
  const observe = observing(options);
  const Execute = createExecuteHandler({ check: checkOf(options), executeOnce, logger, observe });
  server.addService(servedDefinition, { Execute: wrapExecute(Execute) });
  addReflection(server);
  const health = serveHealth(server, engine, logger, right);
  const address = await listen(server, host, port, credentials);
  const draining = { server, health, openCalls, singleFlight, terms, engine, repeatGraceMs, right };
  let isDraining = false;
  return {
    address,
    state: () => ({
      draining: isDraining,
      openCalls: openCalls.size(),
      connections: countConnections(server),
    }),
    begin: () => void engine.begin?.().then(health.tell),
    drain: (graceMs) => {
      isDraining = true;
      return drainServer(draining, graceMs);
    },
  };
}

/** Undefined where neither measures nor traces are wanted. */
function observing({ measures, followCall }: DriverServerOptions & typeof defaults) {
  const measure: FollowCall = () => ({ stage: measures.stageEnded, ended: () => {} });
  return followAll([measures === noMeasures ? undefined : measure, followCall]);
}

function serverOptions(options: DriverServerOptions & typeof defaults, openCalls: OpenCalls): ServerOptions {
  const { authenticate, logger, maxConnectionAgeMs, maxMessageBytes, readTimeoutMs, measures } = options;
  const measured = measures === noMeasures ? [] : [measureCalls(executePath, measures)];
  const guards = authenticate === undefined ? [] : [guardCalls(authenticate, logger)];
  const reading = createReadingSlots(executePath, { slots: readingSlots, timeoutMs: readTimeoutMs });
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxStreamsPerConnection,
    // A sidecar whose node vanished leaves a connection behind that nobody closes.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    ...(maxConnectionAgeMs !== undefined && { 'grpc.max_connection_age_ms': maxConnectionAgeMs }),
    // In the order in which a call meets them.
    interceptors: [...measured, ...guards, openCalls.interceptor, reading],
  };
}

function checkOf({ namespace }: DriverServerOptions): ExecuteParts['check'] {
  return (request) => {
    checkRequest(request);
    if (namespace !== undefined) {
      checkNamespace(request, namespace);
    }
  };
}
