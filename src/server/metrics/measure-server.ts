import { X509Certificate } from 'node:crypto';
import { createMetricRegistry, type MetricRegistry } from '../../admin/metric-registry.js';
import type { DriverType } from '../../contract/driver-type.js';
import { driverTypeFromWire } from '../../contract/driver-type.js';
import type { EngineLoad, ServerMeasures, ServerState, Stage } from '../measures.js';
import { type CallReason, callReasons, isReadReason, isRunReason } from './call-reasons.js';
import { serverMetrics } from './server-metrics.js';

export type ServerRegistry = MetricRegistry<typeof serverMetrics>;

/** What is to be read of a Lease. */
export interface LeaseReading {
  readonly isHeld: boolean;
  readonly transitions: number;
  readonly losses: number;
  readonly isFaulty: boolean;
}

/** Where the gauges are read. What a server lacks is left out. */
export interface ServerSources {
  readonly state: () => ServerState;
  readonly load: (() => EngineLoad) | undefined;
  readonly lease: (() => LeaseReading) | undefined;
  readonly ledger: () => { readonly entries: number; readonly bytes: number };
  readonly ledgerLimits: { readonly entries: number; readonly bytes: number };
}

export interface MeasuredServer {
  readonly registry: ServerRegistry;
  readonly measures: ServerMeasures;
  /** To be called once the server listens. */
  readonly readFrom: (sources: ServerSources) => void;
}

/** Measures a server with Prometheus' client. */
export function measureServer(): MeasuredServer {
  const registry = createMetricRegistry(serverMetrics);
  let certificate: X509Certificate | undefined;
  const measures: ServerMeasures = {
    callEnded: ({ type: wireType, status, reason = 'none', ms }) => {
      const type = driverTypeFromWire(wireType) ?? 'unknown';
      const isKnown = (callReasons as readonly string[]).includes(reason);
      registry.add('calls', { type, status, reason: isKnown ? (reason as CallReason) : 'none' });
      registry.observe('callSeconds', ms, { type });
    },
    repeated: (kind) => registry.add('repeats', { kind }),
    stageEnded: (stage) => countStage(registry, stage),
    evicted: (promise) => registry.add('evictions', { promise }),
    ledgerDecided: (outcome) => registry.add('ledgerOutcomes', { outcome }),
    metadataAsked: (ms) => registry.observe('metadataSeconds', ms, {}),
    kubernetesRead: (ms, reason = 'none') => {
      registry.add('reads', { reason: isReadReason(reason) ? reason : 'KUBERNETES_AWAY' });
      registry.observe('readSeconds', ms, {});
    },
    certificateShown: (pem) => {
      certificate = new X509Certificate(pem);
    },
  };
  return {
    registry,
    measures,
    readFrom: (sources) =>
      registry.read({
        ...gaugesOf(sources),
        certificateBegin: () => certificate && Date.parse(certificate.validFrom) / 1000,
        certificateEnd: () => certificate && Date.parse(certificate.validTo) / 1000,
      }),
  };
}

function countStage(registry: ServerRegistry, { name, beganMs, endedMs, failure, facts }: Stage): void {
  const ms = endedMs - beganMs;
  if (name === 'queue' && failure === undefined) {
    registry.observe('queueSeconds', ms, {});
  } else if (name === 'program') {
    const { reason = 'none' } = failure ?? {};
    const known = isRunReason(reason) ? reason : 'PROGRAM_NOT_STARTED';
    registry.add('runs', { type: facts.type as DriverType, reason: known });
    registry.observe('runSeconds', ms, {});
  }
}

function gaugesOf({
  state,
  load,
  lease,
  ledger,
  ledgerLimits,
}: ServerSources): Parameters<ServerRegistry['read']>[0] {
  return {
    draining: () => Number(state().draining),
    openCalls: () => state().openCalls,
    connections: () => state().connections,
    ledgerEntries: () => ledger().entries,
    ledgerBytes: () => ledger().bytes,
    maxLedgerEntries: () => ledgerLimits.entries,
    maxLedgerBytes: () => ledgerLimits.bytes,
    ...(lease !== undefined && {
      leaseHeld: () => Number(lease().isHeld),
      leaseTransitions: () => lease().transitions,
      leaseLosses: () => lease().losses,
      leaseFault: () => Number(lease().isFaulty),
    }),
    ...(load !== undefined && {
      programs: () => load().programs,
      maxPrograms: () => load().maxPrograms,
      queuedCalls: () => load().queuedCalls,
      maxQueuedCalls: () => load().maxQueuedCalls,
      queuedBytes: () => load().queuedBytes,
      maxQueuedBytes: () => load().maxQueuedBytes,
      metadataUp: () => {
        const { metadataUp } = load();
        return metadataUp === undefined ? undefined : Number(metadataUp);
      },
    }),
  };
}
