import {
  anyText,
  mib,
  optional,
  type Setting,
  seconds,
  setting,
  wholeNumber,
} from '../../common/settings.js';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where the server reads workflows whose tasks name their arguments (arguments_from). */
export const kubernetesSettings = {
  kubernetesApi: setting(
    'KUBERNETES_API',
    'URL of the Kubernetes API, to read workflows; in a cluster Kubernetes tells it',
    optional(anyText('a URL like https://kubernetes.default.svc')),
    '',
  ),
  kubernetesHost: setting(
    'KUBERNETES_SERVICE_HOST',
    'set by Kubernetes in every pod',
    optional(anyText('an address')),
    '',
  ),
  kubernetesPort: setting('KUBERNETES_SERVICE_PORT', 'the same', wholeNumber(1, 65_535), '443'),
  kubernetesTokenFile: setting(
    'KUBERNETES_TOKEN_FILE',
    'token towards the Kubernetes API, read for each call; none where there is no such file',
    anyText('a path'),
    `${serviceAccount}/token`,
  ),
  kubernetesCaFile: setting(
    'KUBERNETES_CA_FILE',
    'CA of the Kubernetes API; the system has its own where there is no such file',
    anyText('a path'),
    `${serviceAccount}/ca.crt`,
  ),
  kubernetesTimeoutMs: setting(
    'KUBERNETES_TIMEOUT_SECONDS',
    'how long reading a workflow may take',
    seconds(0.1, 120),
    '10',
  ),
  maxWorkflowBytes: setting(
    'MAX_WORKFLOW_CACHE_BYTES',
    "bytes of workflows' parameters that are remembered",
    wholeNumber(0, 1024 * mib),
    String(32 * mib),
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
