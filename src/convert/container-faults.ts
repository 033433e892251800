import { type Json, type JsonObject, listOf, objectOf } from '../common/json.js';
import type { ConvertOptions } from './convert-options.js';

/** What KFP and clusters give to driver pods and the driver server has by itself. */
const harmlessEnv: readonly string[] = [
  ...['KFP_POD_NAME', 'KFP_POD_UID', 'KFP_POD_NAMESPACE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['METADATA_GRPC_SERVICE_HOST', 'METADATA_GRPC_SERVICE_PORT'],
];

/** They name a CA bundle; the server trusts its own. */
const caEnv: readonly string[] = [
  ...['SSL_CERT_DIR', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'AWS_CA_BUNDLE', 'CA_CERT_PATH'],
];

const harmlessConfigMap = 'metadata-grpc-configmap';

/** Environment and files of a driver pod that the driver server cannot honour; each completes "template X ...". */
export function faultsOfContainer(
  template: JsonObject,
  flags: ReadonlyMap<string, string>,
  options: Pick<ConvertOptions, 'harmlessEnv'>,
): readonly string[] {
  const container = objectOf(template['container']);
  const known = new Set([...harmlessEnv, ...caEnv, ...options.harmlessEnv]);
  const env = listOf(container['env']).map(objectOf);
  const caPaths = [
    flags.get('ca_cert_path') ?? '',
    ...env.filter(({ name }) => caEnv.includes(String(name))).map(({ value }) => String(value ?? '')),
  ];
  return [
    ...env
      .map(({ name }) => String(name))
      .filter((name) => !known.has(name))
      .map(faultOfEnv),
    ...listOf(container['envFrom']).flatMap(faultsOfEnvFrom),
    ...listOf(container['volumeMounts']).flatMap((mount) => faultsOfMount(objectOf(mount), caPaths)),
    ...(listOf(container['volumeDevices']).length > 0
      ? ['uses block devices, which the driver server lacks']
      : []),
    ...[...flags].filter(([, value]) => value.startsWith('@')).map(([name]) => faultOfFile(name)),
  ];
}

function faultOfEnv(name: string): string {
  const shown = /^[\w.-]{1,100}$/.test(name) ? name : '(unreadable)';
  return shown === 'KFP_MLFLOW_CONFIG'
    ? 'writes to MLflow (KFP_MLFLOW_CONFIG), which the driver server does not: its nested runs would be missing'
    : `sets the environment variable ${shown}, which the driver server would not have`;
}

function faultsOfEnvFrom(source: Json): readonly string[] {
  const configMap = objectOf(objectOf(source)['configMapRef'])['name'];
  return configMap === harmlessConfigMap
    ? []
    : ['takes its environment from a ConfigMap or Secret (envFrom), which the driver server would not have'];
}

function faultsOfMount({ name, mountPath }: JsonObject, caPaths: readonly string[]): readonly string[] {
  const folder = String(mountPath ?? '').replace(/\/+$/, '');
  const holdsCa = folder !== '' && caPaths.some((path) => path === folder || path.startsWith(`${folder}/`));
  return holdsCa ? [] : [`mounts the volume ${String(name)}, which the driver server would not have`];
}

/** KFP's newer drivers read `--flag=@FILE` from the pod. */
function faultOfFile(flag: string): string {
  return `reads --${flag} from a file of its pod`;
}
