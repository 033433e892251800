import { adminSettings, usualAdminPort } from '../common/admin-settings.js';
import { isReadable } from '../common/is-readable.js';
import { logFormats, logLevels } from '../common/logger.js';
import {
  anyText,
  day,
  flag,
  gib,
  kib,
  mib,
  oneOf,
  optional,
  port,
  type Setting,
  type SettingsOf,
  seconds,
  setting,
  wholeNumber,
} from '../common/settings.js';
import { checkLeaseSettings, leaseSettings } from './lease/lease-settings.js';
import { checkPageSettings, pageSettings } from './page/page-settings.js';
import { programSettings } from './program-engine/program-settings.js';
import { kubernetesSettings } from './references/kubernetes-settings.js';
import { traceSettings } from './trace/trace-settings.js';

const pem = optional(anyText('PEM text, or the path of a PEM file'));

const service = {
  engine: setting(
    'ENGINE',
    "program runs KFP's driver, memory is a fake for tests",
    oneOf(['program', 'memory']),
    'program',
  ),
  serverHost: setting(
    'SERVER_HOST',
    'address to listen on; :: is every address, IPv4 too',
    anyText('an address of this host'),
    '::',
  ),
  serverPort: setting('SERVER_PORT', 'port to listen on, 0 for any', port(), '9000'),
  namespace: setting(
    'NAMESPACE',
    'the namespace whose workflows are driven; in a cluster the service account tells it',
    optional(anyText('a name')),
    '',
  ),
  namespaceFile: setting(
    'NAMESPACE_FILE',
    "where the service account's namespace stands; KFP's driver reads this path and no other",
    anyText('a path'),
    '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
  ),
  maxConnectionAgeMs: setting(
    'MAX_CONNECTION_AGE_SECONDS',
    'have connections made anew after, so that clients look the name up again',
    seconds(1, day),
    '300',
  ),
  maxMessageBytes: setting(
    'MAX_MESSAGE_BYTES',
    'largest gRPC message, either way; the system takes 2 MiB of flags',
    wholeNumber(kib, 64 * mib),
    String(4 * mib),
  ),
  shutdownGraceMs: setting(
    'SHUTDOWN_GRACE_SECONDS',
    'after SIGTERM, let drivers run at most so long; 10 below the grace of the pod',
    seconds(0, day),
    '115',
  ),
  repeatGraceMs: setting(
    'REPEAT_GRACE_SECONDS',
    'after SIGTERM, answer repeats until no driver has ended and none came for so long',
    seconds(0, day),
    '10',
  ),
  logLevel: setting('LOG_LEVEL', 'least severe level in the log', oneOf(logLevels), 'info'),
  logFormat: setting('LOG_FORMAT', 'json for machines, text for people', oneOf(logFormats), 'json'),
  ...adminSettings(usualAdminPort),
  ...pageSettings,
  ...traceSettings,
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

const trust = {
  tlsCert: { ...setting('SERVER_TLS_CERT', "the server's certificate", pem, ''), secret: true },
  tlsKey: { ...setting('SERVER_TLS_KEY', 'its key', pem, ''), secret: true },
  tlsClientCa: {
    ...setting('SERVER_TLS_CLIENT_CA', 'CA whose certificates callers must show (mTLS)', pem, ''),
    secret: true,
  },
  tokenFile: setting(
    'SERVER_TOKEN_FILE',
    'file with the bearer tokens that callers may send, one a line; read for each call',
    optional(anyText('a path')),
    '',
  ),
  tokenSecret: setting(
    'SERVER_TOKEN_SECRET',
    'Secret of the namespace with that token, in place of a file; filled once if it is empty',
    optional(anyText('a name')),
    '',
  ),
  tokenKey: setting('SERVER_TOKEN_KEY', 'key of the token in that Secret', anyText('a key'), 'token'),
  allowUnauthenticated: setting(
    'ALLOW_UNAUTHENTICATED',
    'true: whoever can connect may call',
    flag(),
    'false',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

const ledger = {
  ledger: setting(
    'LEDGER',
    'where it stands what was driven: mlmd outlives the server, memory does not; auto is mlmd where the driver uses it',
    oneOf(['auto', 'mlmd', 'memory']),
    'auto',
  ),
  keepSuccessMs: setting(
    'KEEP_SUCCESS_SECONDS',
    'how long an answer waits for a repeat of its request; the contract promises 600',
    seconds(600, 7 * day),
    '660',
  ),
  keepFailureMs: setting(
    'KEEP_FAILURE_SECONDS',
    'how long a failure does; the contract promises 30 at most',
    seconds(0, 30),
    '30',
  ),
  maxLedgerEntries: setting(
    'MAX_LEDGER_ENTRIES',
    'requests that are remembered',
    wholeNumber(1, 10_000_000),
    '100000',
  ),
  maxLedgerBytes: setting(
    'MAX_LEDGER_BYTES',
    'bytes of answers that are remembered',
    wholeNumber(kib, 64 * gib),
    String(128 * mib),
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** Every setting of the driver server; --help and the table in docs/driver-server.md are made of it. */
export const serverSettings = {
  ...service,
  ...trust,
  ...ledger,
  ...leaseSettings,
  ...kubernetesSettings,
  ...programSettings,
};
export type ServerSettings = SettingsOf<typeof serverSettings>;

/** Faults that no setting has alone. */
export function checkServerSettings(settings: ServerSettings): string[] {
  const { tlsCert, tlsKey, tlsClientCa, tokenFile, tokenSecret, allowUnauthenticated } = settings;
  const { kubernetesApi, kubernetesHost, leaseName } = settings;
  const isAuthenticated = [tlsClientCa, tokenFile, tokenSecret].some((setting) => setting !== undefined);
  const checks: readonly (readonly [isFault: boolean, fault: string])[] = [
    [
      (tlsCert === undefined) !== (tlsKey === undefined),
      'SERVER_TLS_CERT and SERVER_TLS_KEY belong together: set both or neither',
    ],
    [
      tlsClientCa !== undefined && tlsCert === undefined,
      'SERVER_TLS_CLIENT_CA needs TLS: set SERVER_TLS_CERT and SERVER_TLS_KEY too, or unset it',
    ],
    [
      !isAuthenticated && !allowUnauthenticated,
      'nobody would be authenticated: set SERVER_TOKEN_FILE, SERVER_TOKEN_SECRET or SERVER_TLS_CLIENT_CA, or ALLOW_UNAUTHENTICATED to true',
    ],
    [
      isAuthenticated && allowUnauthenticated,
      'ALLOW_UNAUTHENTICATED is true beside SERVER_TOKEN_FILE, SERVER_TOKEN_SECRET or SERVER_TLS_CLIENT_CA, which demand the contrary: unset one',
    ],
    [
      tokenFile !== undefined && tokenSecret !== undefined,
      'SERVER_TOKEN_FILE and SERVER_TOKEN_SECRET are two sources of one token: unset one',
    ],
    [tokenFile !== undefined && !isReadable(tokenFile), 'SERVER_TOKEN_FILE names a file that cannot be read'],
    [
      kubernetesApi !== undefined && !/^https?:\/\/[^/]/.test(kubernetesApi),
      'KUBERNETES_API must be a URL like https://kubernetes.default.svc',
    ],
    [
      leaseName !== undefined && kubernetesApi === undefined && kubernetesHost === undefined,
      'LEASE_NAME needs Kubernetes, and this is no pod of a cluster: set KUBERNETES_API, or unset LEASE_NAME',
    ],
  ];
  return [
    ...checks.filter(([isFault]) => isFault).map(([, fault]) => fault),
    ...checkLeaseSettings(settings),
    ...checkPageSettings(settings),
  ];
}
