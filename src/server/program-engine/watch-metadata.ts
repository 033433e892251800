import { Client, connectivityState, status as grpcStatus } from '@grpc/grpc-js';
import {
  type MetadataAddress,
  metadataChannelOptions,
  metadataCredentials,
  metadataTarget,
} from '../metadata-store/metadata-address.js';

export interface WatchTimes {
  /** One question, its connection included: grpc-js itself waits for ever. */
  readonly answerTimeoutMs: number;
  /** Between an answer and the next question. */
  readonly askEveryMs: number;
  /** Between a question that failed and the next. */
  readonly retryEveryMs: number;
}

/** Whether ML Metadata answers. */
export interface MetadataWatch {
  /** Undefined while it does; else one sentence. */
  readonly outage: () => string | undefined;
  /** Resolves when a question that is under way is answered or has failed, with the outage. */
  readonly settled: () => Promise<string | undefined>;
  readonly close: () => void;
}

export interface WatchOptions extends Partial<WatchTimes> {
  /** Told how long each question took, answered or not. */
  readonly onAsked?: (ms: number) => void;
}

const defaults = { answerTimeoutMs: 10_000, askEveryMs: 5_000, retryEveryMs: 1_000, onAsked: () => {} };

/**
 * One row by its name: the least that ML Metadata reads from its database, in every version
 * (https://github.com/google/ml-metadata/blob/master/ml_metadata/proto/metadata_store_service.proto).
 */
const cheapMethod = '/ml_metadata.MetadataStoreService/GetContextType';
/** GetContextTypeRequest { type_name: "system.PipelineRun" }, serialized. */
const cheapRequest = fieldOne('system.PipelineRun');

/** Any other status is an answer: it is there, and its database too. */
const silences: readonly number[] = [
  grpcStatus.UNAVAILABLE,
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.CANCELLED,
];

/**
 * Asks ML Metadata something cheap over and over, and tells whether it answers: without it KFP's driver hangs for
 * minutes. A connection that breaks is asked about at once. After each failure the connection is made anew, with the
 * CA as it is then.
 */
export function watchMetadata(address: MetadataAddress, options: WatchOptions = {}): MetadataWatch {
  const times: Required<WatchOptions> = { ...defaults, ...options };
  const sentence = (what: string) => `ML Metadata (${address.host}:${address.port}) ${what}`;
  let outage: string | undefined = sentence('is not connected yet');
  let client: Client | undefined;
  let asking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const askAfter = (delayMs: number) => {
    clearTimeout(timer);
    if (!closed) {
      timer = setTimeout(ask, delayMs).unref();
    }
  };
  const fail = (what: string) => {
    outage = sentence(what);
    const broken = client;
    client = undefined;
    broken?.close();
    askAfter(times.retryEveryMs);
  };
  const ask = () => {
    asking ??= (async () => {
      try {
        client ??= connect(address, (broken) => {
          if (broken === client) {
            ask();
          }
        });
        const askedMs = performance.now();
        const code = await askCheaply(client, times.answerTimeoutMs);
        times.onAsked(performance.now() - askedMs);
        if (silences.includes(code)) {
          fail(code === grpcStatus.DEADLINE_EXCEEDED ? 'does not answer' : 'cannot be reached');
        } else {
          outage = undefined;
          askAfter(times.askEveryMs);
        }
      } catch {
        fail('cannot be reached with these settings (address, CA_CERT_PATH)');
      }
    })().finally(() => {
      asking = undefined;
    });
  };
  ask();
  return {
    outage: () => outage,
    settled: async () => {
      await asking;
      return outage;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      last?.close();
    },
  };
}

/** A client of ML Metadata; calls back when its connection breaks. */
function connect(address: MetadataAddress, onBroken: (client: Client) => void): Client {
  const client = new Client(metadataTarget(address), metadataCredentials(address), metadataChannelOptions);
  const follow = () => {
    const state = client.getChannel().getConnectivityState(false);
    if (state === connectivityState.SHUTDOWN) {
      return;
    }
    client.getChannel().watchConnectivityState(state, Number.POSITIVE_INFINITY, () => {
      if (state === connectivityState.READY) {
        onBroken(client);
      }
      follow();
    });
  };
  follow();
  return client;
}

/** The status of the answer. */
function askCheaply(client: Client, timeoutMs: number): Promise<number> {
  return new Promise((resolve) => {
    const asIs = (bytes: Buffer) => bytes;
    const options = { deadline: Date.now() + timeoutMs };
    client.makeUnaryRequest(cheapMethod, asIs, asIs, cheapRequest, options, (error) =>
      resolve(error === null ? grpcStatus.OK : error.code),
    );
  });
}

/** A message whose field 1 is a short text (https://protobuf.dev/programming-guides/encoding). */
function fieldOne(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
}
