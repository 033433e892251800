import { readableFile } from '../common/is-readable.js';
import { type OptionsOf, option, repeatableOption, switchOption } from '../common/options.js';
import { anyText, matching, oneOf, optional, seconds } from '../common/settings.js';

/** Where pipelines run, if neither an option, nor the kubeconfig, nor the pod says so. */
export const defaultNamespace = 'kubeflow';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const objectName = matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'the name of a Kubernetes object');

const hostAndPort = matching(/^(\[[0-9a-fA-F:.]+\]|[^:/\s]+):\d{1,5}$/, 'HOST:PORT, such as 127.0.0.1:9000');

/** The options of `driver-plugin doctor`. */
export const doctorOptions = {
  isBeforeInstall: switchOption(
    '--pre',
    'before an install: only what must be there already, and what you may do',
  ),
  namespace: option(
    '--namespace',
    'NAME',
    `where pipelines run, else the namespace of the context or the pod, or ${defaultNamespace}`,
    optional(objectName),
    '',
  ),
  serviceAccounts: repeatableOption(
    '--service-account',
    'NAME',
    'service account that pipelines run as',
    objectName,
    'pipeline-runner',
  ),
  controllerNamespace: option(
    '--controller-namespace',
    'NAME',
    "where Argo's controller runs",
    objectName,
    'kubeflow',
  ),
  controllerServiceAccount: option(
    '--controller-service-account',
    'NAME',
    'service account of the controller, else read from its Deployment',
    optional(objectName),
    '',
  ),
  driver: option(
    '--driver',
    'HOST:PORT',
    'the driver server as seen from here, behind kubectl port-forward for one',
    optional(hostAndPort),
    '',
  ),
  tokenFile: option(
    '--token-file',
    'FILE',
    'a token for the driver server, else the one that the sidecar gets',
    optional(readableFile()),
    '',
  ),
  kubeconfig: option(
    '--kubeconfig',
    'FILE',
    "the kubeconfig, else KUBECONFIG, ~/.kube/config, or the pod's service account",
    optional(anyText('a path')),
    '',
  ),
  context: option(
    '--context',
    'NAME',
    'context of the kubeconfig, else the current one',
    optional(anyText('a name')),
    '',
  ),
  timeoutMs: option('--timeout', 'SECONDS', 'how long to wait for each answer', seconds(0.1, 600), '10'),
  failOn: option('--fail-on', 'OUTCOME', 'what makes the exit code 1', oneOf(['error', 'warning']), 'error'),
  json: switchOption('--json', 'print one JSON document instead of the table'),
};

export type DoctorOptions = OptionsOf<typeof doctorOptions>;
