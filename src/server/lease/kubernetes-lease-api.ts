import type {
  CoordinationV1Api,
  KubeConfig,
  Middleware,
  V1Lease,
  V1MicroTime,
} from '@kubernetes/client-node';
import type { LeaseApi, LeaseRecord, StoredLease } from './lease-api.js';

export interface LeasePlace {
  /** Of Kubernetes' API. */
  readonly url: string;
  /** Files of the account; a laptop's API may need neither. */
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** How long one answer may take. */
  readonly timeoutMs: number;
}

type Client = typeof import('@kubernetes/client-node');

/** Between two watches, of which an API server ends each after some minutes. */
const watchAgainMs = 1_000;
const watchSeconds = 300;

/** The Lease in Kubernetes' API. Its client is loaded here: some 70 MB, for servers that have a Lease alone. */
export async function kubernetesLeaseApi(place: LeasePlace): Promise<LeaseApi> {
  const client = await import('@kubernetes/client-node');
  const config = configOf(client, place);
  const api = leasesOf(client, config, place);
  const { namespace, name } = place;
  const ask = askingOf(client, place);
  return {
    read: async () => {
      const lease = await ask('get', api.readNamespacedLease({ namespace, name }));
      return lease && toStored(lease);
    },
    create: async (record) => {
      const body = { metadata: { name, namespace }, spec: toSpec(client, record) };
      const lease = await ask('create', api.createNamespacedLease({ namespace, body }));
      return lease && toStored(lease);
    },
    replace: async ({ object }, record) => {
      // What else stands in the object stays; its resourceVersion makes the write fail where it is an old one.
      const last = object as V1Lease;
      const body = { ...last, spec: { ...last.spec, ...toSpec(client, record) } };
      const lease = await ask('update', api.replaceNamespacedLease({ namespace, name, body }));
      return lease && toStored(lease);
    },
    watch: (onSeen) => watchLease(client, config, place, onSeen),
  };
}

function configOf(client: Client, { url, tokenFile, caFile, namespace }: LeasePlace): KubeConfig {
  const config = new client.KubeConfig();
  const isTls = url.startsWith('https:');
  config.loadFromOptions({
    // The client takes http:// only where no certificate is to be checked.
    clusters: [{ name: 'cluster', server: url.replace(/\/+$/, ''), caFile, skipTLSVerify: !isTls }],
    users: [
      {
        name: 'account',
        ...(tokenFile !== undefined && { authProvider: { name: 'tokenFile', config: { tokenFile } } }),
      },
    ],
    contexts: [{ name: 'account', cluster: 'cluster', user: 'account', namespace }],
    currentContext: 'account',
  });
  return config;
}

/** Its calls end in time: the client itself waits for ever. */
function leasesOf(client: Client, config: KubeConfig, { url, timeoutMs }: LeasePlace): CoordinationV1Api {
  const inTime: Middleware = {
    pre: async (context) => {
      context.setSignal(AbortSignal.timeout(timeoutMs));
      return context;
    },
    post: async (context) => context,
  };
  const configuration = client.createConfiguration({
    baseServer: new client.ServerConfiguration(url.replace(/\/+$/, ''), {}),
    authMethods: { default: config },
    promiseMiddleware: [inTime],
  });
  return new client.CoordinationV1Api(configuration);
}

/** Undefined where the answer is that somebody else was faster: 404 and 409. */
function askingOf({ ApiException }: Client, place: LeasePlace) {
  return async <Answer>(verb: string, asking: Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await asking;
    } catch (error) {
      const code = error instanceof ApiException ? error.code : undefined;
      if (code === 404 || code === 409) {
        return undefined;
      }
      throw new Error(sentenceOf(code, error, verb, place), { cause: error });
    }
  };
}

function sentenceOf(
  code: number | undefined,
  error: unknown,
  verb: string,
  { namespace, name, timeoutMs }: LeasePlace,
): string {
  const lease = `the Lease ${namespace}/${name}`;
  if (code === 401 || code === 403) {
    return `Kubernetes forbids to ${verb} ${lease} (${code}): give the service account get, update and watch on it`;
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return `Kubernetes gave no answer about ${lease} within ${timeoutMs / 1000} s`;
  }
  const { code: cause } = error as NodeJS.ErrnoException;
  return `Kubernetes cannot be asked about ${lease} (${code ?? cause ?? 'no connection'})`;
}

function toStored(lease: V1Lease): StoredLease {
  const { spec, metadata } = lease;
  return {
    record: {
      holder: spec?.holderIdentity || undefined,
      durationSeconds: spec?.leaseDurationSeconds ?? 0,
      transitions: spec?.leaseTransitions ?? 0,
      acquiredAt: toDate(spec?.acquireTime),
      renewedAt: toDate(spec?.renewTime),
    },
    resourceVersion: metadata?.resourceVersion ?? '',
    object: lease,
  };
}

/** In a watch's events a text. */
function toDate(time: Date | string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}

function toSpec({ V1MicroTime }: Client, record: LeaseRecord): NonNullable<V1Lease['spec']> {
  const time = (date: Date | undefined): V1MicroTime | undefined => date && new V1MicroTime(date.getTime());
  return {
    // Absent, not empty: an empty one is refused.
    holderIdentity: record.holder as string,
    leaseDurationSeconds: record.durationSeconds,
    leaseTransitions: record.transitions,
    acquireTime: time(record.acquiredAt) as V1MicroTime,
    renewTime: time(record.renewedAt) as V1MicroTime,
  };
}

/** Watches that one object, again and again. What cannot be watched is still asked for, so a failure is no fault. */
function watchLease(
  client: Client,
  config: KubeConfig,
  { namespace, name }: LeasePlace,
  onSeen: (stored: StoredLease) => void,
): () => void {
  const watch = new client.Watch(config);
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const query = { fieldSelector: `metadata.name=${name}`, timeoutSeconds: watchSeconds };
  let isOver = false;
  let current: AbortController | undefined;
  const begin = () => {
    watch
      .watch(path, query, (type: string, object: V1Lease) => onEvent(type, object), again)
      .then((controller) => {
        current = controller;
        if (isOver) {
          controller.abort();
        }
      }, again);
  };
  const onEvent = (type: string, object: V1Lease) => {
    if (!isOver && (type === 'ADDED' || type === 'MODIFIED')) {
      onSeen(toStored(object));
    }
  };
  const again = () => {
    if (!isOver) {
      setTimeout(begin, watchAgainMs).unref();
    }
  };
  begin();
  return () => {
    isOver = true;
    current?.abort();
  };
}
