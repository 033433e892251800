import { adminSettings, usualAdminPort } from '../common/admin-settings.js';
import { logFormats, logLevels } from '../common/logger.js';
import {
  anyText,
  day,
  gib,
  kib,
  mib,
  oneOf,
  optional,
  port,
  type Reader,
  type Setting,
  type SettingsOf,
  seconds,
  setting,
  wholeNumber,
} from '../common/settings.js';

/** What a ConfigMap or the chart would write: a, b, c. */
function words(form: string): Reader<readonly string[]> {
  return {
    form,
    parse: (text) => ({
      value: text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    }),
  };
}

const name = optional(anyText('a name'));
const path = optional(anyText('a path'));

const version: Reader<string | undefined> = {
  form: 'a version like 2.17.0',
  parse: (text) => (/^\d+\.\d+\.\d+$/.test(text) ? { value: text } : undefined),
};

const serving = {
  serverHost: setting(
    'SERVER_HOST',
    'address to listen on; :: is every address, IPv4 too',
    anyText('an address of this host'),
    '::',
  ),
  serverPort: setting('SERVER_PORT', 'port to listen on, 0 for any', port(), '8443'),
  certificatePath: setting(
    'SERVER_TLS_CERT',
    "the webhook's certificate, read again when it is renewed",
    path,
    '',
  ),
  keyPath: setting('SERVER_TLS_KEY', 'its private key', path, ''),
  maxBodyBytes: setting(
    'MAX_BODY_BYTES',
    'largest request; larger ones are admitted as they came',
    wholeNumber(kib, gib),
    // The API server takes objects of 3 MiB, writes them anew for the webhook with <, > and & as \u003c, \u003e and
    // \u0026, which twice the size has room for, and adds less than 1 MiB: who asks, and options.
    String(3 * mib + 3 * mib + mib),
  ),
  budgetMs: setting(
    'BUDGET_SECONDS',
    "time for a request to arrive and to get its turn: half of the configuration's timeoutSeconds",
    seconds(0.05, 30),
    '2.5',
  ),
  shutdownGraceMs: setting(
    'SHUTDOWN_GRACE_SECONDS',
    'after SIGTERM, go on answering for so long; below the grace of the pod',
    seconds(0, 3600),
    '15',
  ),
  logLevel: setting('LOG_LEVEL', 'least severe level in the log', oneOf(logLevels), 'info'),
  logFormat: setting('LOG_FORMAT', 'json for machines, text for people', oneOf(logFormats), 'json'),
  ...adminSettings(usualAdminPort),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The certificate that the process makes by itself. */
const ownCertificate = {
  secret: setting(
    'CERTIFICATE_SECRET',
    'Secret that this process fills with a certificate of its own, instead of SERVER_TLS_CERT',
    name,
    '',
  ),
  configuration: setting('WEBHOOK_CONFIGURATION', 'MutatingWebhookConfiguration that gets its CA', name, ''),
  service: setting('SERVICE_NAME', 'Service by which the API server calls', name, ''),
  namespace: setting('NAMESPACE', 'namespace of Secret and Service', name, ''),
  validityMs: setting(
    'CERTIFICATE_SECONDS',
    'how long a certificate is good; a new one is made after two thirds',
    seconds(60, 3650 * day),
    String(90 * day),
  ),
  kubernetesHost: setting('KUBERNETES_SERVICE_HOST', "Kubernetes' API; a pod has it", name, ''),
  kubernetesPort: setting('KUBERNETES_SERVICE_PORT', 'its port', port(), '443'),
  serviceAccountFolder: setting(
    'SERVICE_ACCOUNT_FOLDER',
    'folder with ca.crt and token of the service account',
    anyText('a path'),
    '/var/run/secrets/kubernetes.io/serviceaccount',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

const converting = {
  kfpVersion: setting(
    'KFP_VERSION',
    "version of the driver servers' KFP; a workflow whose driver image has the tag of another one keeps its driver pods",
    optional(version),
    '',
  ),
  excludedPipelines: setting(
    'EXCLUDED_PIPELINES',
    'pipelines that keep their driver pods',
    words('names, with commas between them'),
    '',
  ),
  excludedNamespaces: setting(
    'EXCLUDED_NAMESPACES',
    'namespaces that keep their driver pods',
    words('names, with commas between them'),
    '',
  ),
  passBy: setting(
    'PASS_ARGUMENTS_BY',
    'reference needs driver servers that may read workflows; value makes larger requests',
    oneOf(['reference', 'value']),
    'reference',
  ),
  exitHooks: setting(
    'EXIT_HOOKS',
    'what becomes of the drivers of exit hooks; after `argo stop` plugins in them never run',
    oneOf(['pod', 'plugin']),
    'pod',
  ),
  driverCommand: setting(
    'V2_DRIVER_COMMAND',
    "the command of KFP's drivers, as KFP's API server has it",
    words('words, with commas between them'),
    'driver',
  ),
  harmlessEnv: setting(
    'HARMLESS_ENV',
    'environment variables of driver pods that the driver servers need not know',
    words('names, with commas between them'),
    '',
  ),
  pluginName: setting(
    'PLUGIN_KEY',
    'key under `plugin` of the templates that the sidecar takes',
    anyText('a key'),
    'driver-plugin',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** Every setting of the webhook. */
export const webhookSettings = { ...serving, ...ownCertificate, ...converting };
export type WebhookSettings = SettingsOf<typeof webhookSettings>;

/** Faults that no setting has alone. */
export function checkWebhookSettings(settings: WebhookSettings): string[] {
  const { certificatePath, keyPath, secret } = settings;
  const faults: string[] = [];
  if ((certificatePath === undefined) !== (keyPath === undefined)) {
    faults.push('SERVER_TLS_CERT and SERVER_TLS_KEY belong together: set both or neither');
  }
  if (certificatePath !== undefined && secret !== undefined) {
    faults.push('SERVER_TLS_CERT and CERTIFICATE_SECRET are two sources of one certificate: set one of them');
  }
  if (certificatePath === undefined && secret === undefined) {
    faults.push('there is no certificate: set SERVER_TLS_CERT and SERVER_TLS_KEY, or CERTIFICATE_SECRET');
  }
  const besideSecret = {
    WEBHOOK_CONFIGURATION: settings.configuration,
    SERVICE_NAME: settings.service,
    NAMESPACE: settings.namespace,
    KUBERNETES_SERVICE_HOST: settings.kubernetesHost,
  };
  for (const [env, value] of Object.entries(besideSecret)) {
    if (secret !== undefined && value === undefined) {
      faults.push(`${env} is not set, which CERTIFICATE_SECRET needs: set it`);
    }
  }
  if (settings.driverCommand.length === 0) {
    faults.push('V2_DRIVER_COMMAND has no word: set it to the command of the drivers');
  }
  return faults;
}
