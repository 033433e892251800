import { parseArgs } from 'node:util';
import { isReadable } from '../common/is-readable.js';

export interface DoctorOptions {
  /** Undefined: the namespace of the context, or of the pod. */
  readonly namespace: string | undefined;
  readonly controllerNamespace: string;
  readonly controllerServiceAccount: string | undefined;
  readonly serviceAccounts: readonly string[];
  readonly driver: string | undefined;
  readonly tokenFile: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly timeoutMs: number;
  readonly isBeforeInstall: boolean;
  readonly isJson: boolean;
  readonly failOn: 'error' | 'warning';
}

export const defaults = {
  namespace: 'kubeflow',
  controllerNamespace: 'kubeflow',
  serviceAccount: 'pipeline-runner',
  timeoutSeconds: '10',
} as const;

export const doctorHelp = `Says whether this cluster can run the drivers of Kubeflow Pipelines as a plugin, with a remedy for all that it lacks.

Usage: driver-plugin doctor [options]

  --pre                        before an install: only what must be there already, and what you may do
  --namespace NAME             where pipelines run               (else the context's or pod's, or ${defaults.namespace})
  --service-account NAME       that pipelines run as; repeatable (else ${defaults.serviceAccount})
  --controller-namespace NAME  where Argo's controller runs      (else ${defaults.controllerNamespace})
  --controller-service-account NAME
                               of the controller                 (else read from its Deployment)
  --driver HOST:PORT           the driver server as seen from here, behind kubectl port-forward for one
  --token-file FILE            a token for it                    (else the one that the sidecar gets)
  --kubeconfig FILE            (else KUBECONFIG, ~/.kube/config, or the pod's service account)
  --context NAME               of the kubeconfig                 (else the current one)
  --timeout SECONDS            for each answer                   (else ${defaults.timeoutSeconds})
  --fail-on error|warning      what makes the exit code 1        (else error)
  --json                       one JSON document instead of the table
  --help                       print this text

It changes nothing. ✓ is well, ! a warning, ✗ an error, - was not looked at. The exit code is 0 when nothing is wrong,
1 when something is, 2 when the options are wrong.
`;

/** Undefined when help is asked for. Throws an Error that lists every fault. */
export function readDoctorOptions(args: readonly string[]): DoctorOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      pre: { type: 'boolean', default: false },
      namespace: text,
      'service-account': { type: 'string', multiple: true, default: [defaults.serviceAccount] },
      'controller-namespace': { type: 'string', default: defaults.controllerNamespace },
      'controller-service-account': text,
      driver: text,
      'token-file': text,
      kubeconfig: text,
      context: text,
      timeout: { type: 'string', default: defaults.timeoutSeconds },
      'fail-on': { type: 'string', default: 'error' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const faults = findFaults(values);
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  return {
    namespace: values.namespace,
    controllerNamespace: values['controller-namespace'],
    controllerServiceAccount: values['controller-service-account'],
    serviceAccounts: [...new Set(values['service-account'])],
    driver: values.driver,
    tokenFile: values['token-file'],
    kubeconfig: values.kubeconfig,
    context: values.context,
    timeoutMs: Number(values.timeout) * 1000,
    isBeforeInstall: values.pre,
    isJson: values.json,
    failOn: values['fail-on'] === 'warning' ? 'warning' : 'error',
  };
}

interface Values {
  readonly namespace?: string | undefined;
  readonly 'service-account': readonly string[];
  readonly 'controller-namespace': string;
  readonly 'controller-service-account'?: string | undefined;
  readonly driver?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly timeout: string;
  readonly 'fail-on': string;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const objectName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function findFaults(values: Values): string[] {
  const names: readonly (readonly [option: string, value: string | undefined])[] = [
    ['--namespace', values.namespace],
    ['--controller-namespace', values['controller-namespace']],
    ['--controller-service-account', values['controller-service-account']],
    ...values['service-account'].map((name) => ['--service-account', name] as const),
  ];
  const faults = names
    .filter(([, value]) => value !== undefined && !objectName.test(value))
    .map(([option, value]) => `${option} must be the name of a Kubernetes object, not "${value}"`);
  const { driver, timeout } = values;
  if (driver !== undefined && !/^(\[[0-9a-fA-F:.]+\]|[^:/\s]+):\d{1,5}$/.test(driver)) {
    faults.push(`--driver must be HOST:PORT, such as 127.0.0.1:9000, not "${driver}"`);
  }
  const tokenFile = values['token-file'];
  if (tokenFile !== undefined && !isReadable(tokenFile)) {
    faults.push(`--token-file names a file that cannot be read: ${tokenFile}`);
  }
  if (!/^\d+(\.\d+)?$/.test(timeout) || Number(timeout) < 0.1 || Number(timeout) > 600) {
    faults.push(`--timeout must be a number of seconds from 0.1 to 600, not "${timeout}"`);
  }
  if (!['error', 'warning'].includes(values['fail-on'])) {
    faults.push(`--fail-on must be error or warning, not "${values['fail-on']}"`);
  }
  return faults;
}
