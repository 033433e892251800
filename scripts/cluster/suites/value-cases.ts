/** One value changed from its default, with the others that it needs, as helm's --set-json or --set takes them. */
export interface ValueCase {
  /** Path of the value that the case is about. */
  readonly value: string;
  readonly to: unknown;
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Values that the chart has on both sides of the comparison. */
  readonly on?: Readonly<Record<string, unknown>>;
}

const digest = `sha256:${'0'.repeat(64)}`;
const tls = { 'tls.enabled': true, 'tls.existingSecret': 'server-certificate' };
const certManager = {
  'tls.enabled': true,
  'tls.certManager.enabled': true,
  'tls.certManager.issuerRef.name': 'pipelines',
};
const toleration = { key: 'batch', operator: 'Exists', effect: 'NoSchedule' };
const egress = { to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 3128, protocol: 'TCP' }] };
const spread = {
  maxSkew: 1,
  topologyKey: 'topology.kubernetes.io/zone',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'kfp-driver-server' } },
};
const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] }],
    },
  },
};
const page = { 'server.page.enabled': true };
const podMonitor = { 'metrics.podMonitor.enabled': true };
const rule = { 'metrics.prometheusRule.enabled': true };
const dashboards = { 'dashboards.enabled': true };
const scraper = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };

const adopting = { 'adopt.enabled': true };
const adoptCertManager = {
  'adopt.certificate.certManager.enabled': true,
  'adopt.certificate.certManager.issuerRef.name': 'pipelines',
};
const adoptSecret = {
  'adopt.certificate.existingSecret': 'webhook-certificate',
  'adopt.certificate.caBundle': '-----BEGIN CERTIFICATE-----',
};

const adoptCases: readonly ValueCase[] = [
  { value: 'adopt.enabled', to: true },
  ...(
    [
      { value: 'adopt.name', to: 'adopt' },
      { value: 'adopt.replicas', to: 3 },
      { value: 'adopt.port', to: 9443 },
      { value: 'adopt.logLevel', to: 'debug' },
      { value: 'adopt.passArgumentsBy', to: 'value' },
      { value: 'adopt.exitHooks', to: 'plugin' },
      { value: 'adopt.driverCommand', to: 'driver,--verbose' },
      { value: 'adopt.excludedPipelines', to: ['nightly', 'weekly'] },
      { value: 'adopt.excludedNamespaces', to: ['team-a'] },
      { value: 'adopt.harmlessEnv', to: ['AWS_REGION'] },
      { value: 'adopt.certificate.existingSecret', to: 'webhook-certificate', beside: adoptSecret },
      { value: 'adopt.certificate.caBundle', to: '-----BEGIN CERTIFICATE----- other', beside: adoptSecret },
      { value: 'adopt.certificate.certManager.enabled', to: true, beside: adoptCertManager },
      { value: 'adopt.certificate.certManager.issuerRef.name', to: 'other', beside: adoptCertManager },
      {
        value: 'adopt.certificate.certManager.issuerRef.kind',
        to: 'ClusterIssuer',
        beside: adoptCertManager,
      },
      { value: 'adopt.certificate.certManager.issuerRef.group', to: 'example.com', beside: adoptCertManager },
      { value: 'adopt.podDisruptionBudget.enabled', to: false },
      { value: 'adopt.extraEnv', to: [{ name: 'BUDGET_SECONDS', value: '1' }] },
      { value: 'adopt.nodeOptions', to: '' },
      { value: 'adopt.resources', to: { limits: { memory: '1Gi' } } },
      { value: 'adopt.priorityClassName', to: 'pipelines' },
      { value: 'adopt.nodeSelector', to: { pool: 'system' } },
      { value: 'adopt.tolerations', to: [toleration] },
      { value: 'adopt.affinity', to: affinity },
    ] satisfies readonly ValueCase[]
  ).map((one) => ({ ...one, on: adopting })),
];

/** At least one case for each value of values.yaml, in its order. */
export const valueCases: readonly ValueCase[] = [
  { value: 'imageRegistry', to: 'registry.example.com/kfp/' },
  { value: 'imagePullSecrets', to: [{ name: 'registry' }] },
  { value: 'commonLabels', to: { team: 'ml' } },
  { value: 'clusterDomain', to: 'example.internal' },
  { value: 'kfp.version', to: '2.14.4' },
  { value: 'kfp.namespace', to: 'pipelines' },
  { value: 'kfp.apiServer.host', to: 'ml-pipeline.example.com' },
  { value: 'kfp.apiServer.port', to: 8443 },
  { value: 'kfp.apiServer.tls', to: true },
  { value: 'kfp.metadata.host', to: 'metadata.example.com' },
  { value: 'kfp.metadata.port', to: 8081 },
  { value: 'kfp.metadata.tls', to: true },
  { value: 'kfp.caCert.secretName', to: 'kfp-ca' },
  { value: 'kfp.caCert.configMapName', to: 'kfp-ca' },
  { value: 'kfp.caCert.key', to: 'root.pem', beside: { 'kfp.caCert.secretName': 'kfp-ca' } },
  { value: 'controller.namespace', to: 'argo', beside: { 'controller.grantTaskSetStatus': true } },
  {
    value: 'controller.serviceAccount',
    to: 'workflow-controller',
    beside: { 'controller.grantTaskSetStatus': true },
  },
  { value: 'controller.grantTaskSetStatus', to: true },
  { value: 'plugin.configMap', to: 'controller' },
  { value: 'plugin.configMap', to: 'none' },
  { value: 'plugin.image.repository', to: 'sidecar' },
  { value: 'plugin.image.tag', to: '0.1.1' },
  { value: 'plugin.image.digest', to: digest },
  { value: 'plugin.image.pullPolicy', to: 'Always' },
  { value: 'plugin.port', to: 4355 },
  { value: 'plugin.timeoutSeconds', to: 60 },
  { value: 'plugin.agentPatchRateSeconds', to: 1 },
  { value: 'plugin.nodeOptions', to: '--max-old-space-size=200' },
  { value: 'plugin.extraEnv', to: [{ name: 'LOG_LEVEL', value: 'debug' }] },
  { value: 'plugin.resources', to: { requests: { cpu: '100m' } } },
  { value: 'server.name', to: 'drivers' },
  { value: 'server.replicas', to: 0 },
  { value: 'server.replicas', to: 2 },
  { value: 'server.image.repository', to: 'drivers' },
  { value: 'server.image.tag', to: 'test' },
  { value: 'server.image.digest', to: digest },
  { value: 'server.image.pullPolicy', to: 'IfNotPresent' },
  { value: 'server.port', to: 9001 },
  { value: 'server.logLevel', to: 'debug' },
  { value: 'server.ledger', to: 'memory' },
  { value: 'server.page.enabled', to: true },
  { value: 'server.page.existingSecret', to: 'page-token', beside: page },
  { value: 'server.page.key', to: 'password', on: { ...page, 'server.page.existingSecret': 'page-token' } },
  { value: 'server.shutdownGraceSeconds', to: 300 },
  { value: 'server.extraEnv', to: [{ name: 'CACHE_DISABLED', value: 'true' }] },
  { value: 'server.extraVolumes', to: [{ name: 'more', emptyDir: {} }] },
  {
    value: 'server.extraVolumeMounts',
    to: [{ name: 'more', mountPath: '/more' }],
    beside: { 'server.extraVolumes': [{ name: 'more', emptyDir: {} }] },
  },
  { value: 'server.resources', to: { limits: { cpu: '4' } } },
  { value: 'server.tmpSizeLimit', to: '1Gi' },
  { value: 'server.fixedUser', to: false },
  { value: 'server.priorityClassName', to: 'pipelines' },
  { value: 'server.nodeSelector', to: { pool: 'system' } },
  { value: 'server.tolerations', to: [toleration] },
  { value: 'server.affinity', to: affinity },
  { value: 'server.topologySpreadConstraints', to: [spread] },
  { value: 'server.podAnnotations', to: { 'example.com/owner': 'ml' } },
  { value: 'server.podLabels', to: { team: 'ml' } },
  { value: 'server.serviceAccount.create', to: false },
  { value: 'server.serviceAccount.name', to: 'drivers' },
  { value: 'server.serviceAccount.annotations', to: { 'example.com/role': 'drivers' } },
  { value: 'server.istio.inject', to: true },
  { value: 'server.podDisruptionBudget.enabled', to: false },
  { value: 'server.networkPolicy.enabled', to: false },
  { value: 'server.networkPolicy.kubernetesApi.ports', to: [6443] },
  { value: 'server.networkPolicy.kubernetesApi.cidrs', to: ['192.0.2.1/32'] },
  { value: 'server.networkPolicy.extraIngress', to: [{ from: [{ namespaceSelector: {} }] }] },
  { value: 'server.networkPolicy.extraEgress', to: [egress] },
  { value: 'auth.token.enabled', to: false, beside: { 'auth.allowUnauthenticated': true } },
  { value: 'auth.token.existingSecret', to: 'our-token' },
  { value: 'auth.token.key', to: 'bearer' },
  { value: 'auth.token.key', to: 'bearer', beside: { 'auth.token.existingSecret': 'our-token' } },
  {
    value: 'auth.allowUnauthenticated',
    to: true,
    beside: { 'auth.token.enabled': false },
  },
  { value: 'tls.enabled', to: true, beside: tls },
  { value: 'tls.existingSecret', to: 'server-certificate', beside: tls },
  { value: 'tls.certManager.enabled', to: true, beside: certManager },
  { value: 'tls.certManager.issuerRef.name', to: 'other', beside: certManager },
  { value: 'tls.certManager.issuerRef.kind', to: 'ClusterIssuer', beside: certManager },
  { value: 'tls.certManager.issuerRef.group', to: 'example.com', beside: certManager },
  { value: 'tls.certManager.duration', to: '720h', beside: certManager },
  { value: 'tls.certManager.renewBefore', to: '240h', beside: certManager },
  { value: 'tls.client.enabled', to: true, beside: certManager },
  {
    value: 'tls.client.existingSecret',
    to: 'client-certificate',
    beside: { ...tls, 'tls.client.enabled': true, 'plugin.configMap': 'controller' },
  },
  ...adoptCases,
  { value: 'runs.serviceAccounts', to: ['default-editor', 'pipeline-runner'] },
  { value: 'runs.serviceAccounts', to: [] },
  { value: 'runs.rbac.create', to: false },
  { value: 'runs.tokenSecrets.create', to: false },
  { value: 'agents.podDisruptionBudget.enabled', to: true },
  { value: 'doctor.enabled', to: false },
  { value: 'doctor.readController', to: true },
  { value: 'doctor.extraArgs', to: ['--fail-on', 'warning'] },
  { value: 'metrics.port', to: 0 },
  { value: 'metrics.from', to: [scraper] },
  { value: 'metrics.podMonitor.enabled', to: true, beside: podMonitor },
  { value: 'metrics.podMonitor.labels', to: { release: 'prometheus' }, beside: podMonitor },
  { value: 'metrics.podMonitor.interval', to: '60s', beside: podMonitor },
  { value: 'metrics.prometheusRule.enabled', to: true, beside: rule },
  { value: 'metrics.prometheusRule.enabled', to: true, on: adopting, beside: rule },
  { value: 'metrics.prometheusRule.labels', to: { release: 'prometheus' }, on: rule },
  { value: 'metrics.prometheusRule.runbookUrl', to: 'https://docs.example/operations.md', on: rule },
  { value: 'dashboards.enabled', to: true, beside: dashboards },
  { value: 'dashboards.labels', to: { grafana_dashboard: null, dashboards: 'yes' }, on: dashboards },
];

/** Values that no case can change, with the reason. */
export const valuesWithoutCase: Readonly<Record<string, string>> = {};

/** The case as arguments of helm. */
export function helmArguments({ value, to, beside, on }: ValueCase): string[] {
  return setJson({ ...on, ...beside, [value]: to });
}

/** What it is compared with. */
export function helmArgumentsBefore({ on = {} }: ValueCase): string[] {
  return setJson(on);
}

function setJson(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([path, one]) => ['--set-json', `${path}=${JSON.stringify(one)}`]);
}

/** The case as a heading. */
export function describeCase({ value, to, beside }: ValueCase): string {
  const others = Object.entries(beside ?? {}).filter(([path]) => path !== value);
  const [first, ...rest] = [[value, to] as const, ...others].map(
    ([path, one]) => `${path}=${JSON.stringify(one)}`,
  );
  return rest.length === 0 ? `${first}` : `${first} beside ${rest.join(' ')}`;
}
