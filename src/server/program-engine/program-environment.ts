import type { Environment } from '../../common/settings.js';

/**
 * Variables of the server that the program gets, and nothing else: what Kubernetes clients look for, trust stores, and
 * the server's own pod, which KFP's driver looks up for PVC tasks.
 */
export const programVariables: readonly string[] = [
  'PATH',
  'HOME',
  'KUBECONFIG',
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'KFP_POD_NAME',
  'KFP_POD_UID',
];

/** The program's environment: the named variables that the server has, and those that the operator adds by name. */
export function programEnvironment(env: Environment, added: readonly string[]): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const name of [...programVariables, ...added]) {
    const value = env[name];
    if (value !== undefined) {
      chosen[name] = value;
    }
  }
  return chosen;
}
