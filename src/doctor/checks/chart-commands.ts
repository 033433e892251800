import type { Scope } from '../scope.js';

const release = 'driver-plugin charts/driver-plugin';

/** Installs the chart, or brings all that it renders back. */
export function installChart({ namespace }: Scope): string {
  return `helm upgrade --install ${release} -n ${namespace} --reset-then-reuse-values`;
}

/** Changes values of the release; each is NAME=VALUE as --set takes it. */
export function setValues({ namespace }: Scope, ...values: readonly string[]): string {
  return [
    `helm upgrade ${release} -n ${namespace} --reuse-values`,
    ...values.map((value) => `--set ${value}`),
  ].join(' ');
}
