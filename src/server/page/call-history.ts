import { toLogText } from '../../common/log-fields.js';
import { driverTypeFromWire } from '../../contract/driver-type.js';
import type { BegunCall, CallObserver } from '../grpc/driver-service.js';
import type { SingleFlightResult } from '../ledger/claim-and-drive.js';
import type { CallRecord, CallResult, StageRecord } from './call-record.js';

export interface HistoryLimits {
  /** Ended calls that are remembered. */
  readonly maxCalls: number;
  /** Bytes of them, as estimated. */
  readonly maxBytes: number;
}

/** The calls that are under way, which the server bounds, and those that ended last. */
export interface CallHistory {
  readonly followCall: (call: BegunCall) => CallObserver;
  /** In the order of arrival. */
  readonly calls: () => readonly CallRecord[];
  /** How many ended calls were forgotten for want of room. */
  readonly forgotten: () => number;
}

/** Some runs of some hundred tasks each; 4 MiB hold them all unless their names are long. */
const usualLimits: HistoryLimits = { maxCalls: 2_000, maxBytes: 4 << 20 };
/** What a record takes beside its texts: its object, five stages, its place in the list. */
const recordBytes = 1_000;

interface KeptCall extends CallRecord {
  readonly stages: StageRecord[];
  end: CallResult | undefined;
}

export function createCallHistory({ maxCalls, maxBytes }: HistoryLimits = usualLimits): CallHistory {
  const open = new Set<KeptCall>();
  const ended = new Set<KeptCall>();
  let lastNumber = 0;
  let bytes = 0;
  let forgotten = 0;
  const keep = (call: KeptCall) => {
    open.delete(call);
    ended.add(call);
    bytes += bytesOf(call);
    for (const oldest of ended) {
      if (ended.size <= maxCalls && bytes <= maxBytes) {
        break;
      }
      ended.delete(oldest);
      bytes -= bytesOf(oldest);
      forgotten += 1;
    }
  };
  return {
    followCall: (begun) => {
      lastNumber += 1;
      // As of now, because the system's clock may have been set since the process began.
      const epochMs = Date.now() - performance.now();
      const call = recordOf(begun, lastNumber, epochMs);
      open.add(call);
      return {
        stage: ({ name, beganMs, endedMs }) => {
          call.stages.push({ name, beganMs: epochMs + beganMs, endedMs: epochMs + endedMs });
        },
        ended: (result) => {
          call.end = resultOf(result, epochMs + performance.now());
          keep(call);
        },
      };
    },
    calls: () => [...open, ...ended].sort((one, other) => one.number - other.number),
    forgotten: () => forgotten,
  };
}

function recordOf({ request, peer, beganMs }: BegunCall, number: number, epochMs: number): KeptCall {
  const { request_id, workflow, task_name, node_name, type } = request;
  return {
    number,
    requestId: ownText(request_id),
    workflow: ownText(workflow?.name),
    namespace: ownText(workflow?.namespace),
    uid: ownText(workflow?.uid),
    task: ownText(task_name),
    node: ownText(node_name),
    type: driverTypeFromWire(type),
    peer: ownText(peer),
    beganMs: epochMs + beganMs,
    stages: [],
    end: undefined,
  };
}

function resultOf({ result, repeat, facts }: SingleFlightResult, endedMs: number): CallResult {
  const failure = result.kind === 'failed' ? result.error : undefined;
  return {
    endedMs,
    status: failure?.status ?? 'OK',
    // Of an engine that a fork may have changed: no list bounds it.
    reason: failure?.details.errorInfo && ownText(failure.details.errorInfo.reason),
    repeat,
    cached: facts?.cached === undefined ? undefined : facts.cached === true,
  };
}

/** A text of a caller, as long as one in the log at most. A copy: a slice would keep the whole text in memory. */
function ownText(text = ''): string {
  return Buffer.from(toLogText(text)).toString();
}

function bytesOf({ requestId, workflow, namespace, uid, task, node, peer, end }: CallRecord): number {
  const texts = [requestId, workflow, namespace, uid, task, node, peer, end?.reason ?? ''];
  return recordBytes + 2 * texts.reduce((sum, { length }) => sum + length, 0);
}
