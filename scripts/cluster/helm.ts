import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from './kube-client.js';

export const chartFolder = fileURLToPath(new URL('../../../charts/driver-plugin', import.meta.url));

export interface HelmResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real helm, with settings of its own. */
export interface Helm {
  /** Never rejects for a helm that refuses. */
  run(...args: string[]): Promise<HelmResult>;
  /** Its stdout. Rejects with its stderr for another exit code than 0. */
  expect(...args: string[]): Promise<string>;
  /** The chart rendered into a namespace, as text. Rejects with helm's sentence where it refuses. */
  render(namespace: string, ...args: string[]): Promise<string>;
}

/** `kubeconfig` is undefined where only templates are rendered. */
export function createHelm(program: string, folder: string, kubeconfig?: string): Helm {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    HELM_CACHE_HOME: join(folder, 'helm-cache'),
    HELM_CONFIG_HOME: join(folder, 'helm-config'),
    HELM_DATA_HOME: join(folder, 'helm-data'),
    ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
  };
  const run = (...args: string[]) =>
    new Promise<HelmResult>((resolve) => {
      execFile(program, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
  const expect = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await run(...args);
    if (exitCode !== 0) {
      throw new Error(`helm ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    }
    return stdout;
  };
  return {
    run,
    expect,
    render: (namespace, ...args) =>
      expect('template', 'driver-plugin', chartFolder, '--namespace', namespace, ...args),
  };
}

/** The objects of a rendered chart. */
export function objectsOf(rendered: string): KubeObject[] {
  return parseAllDocuments(rendered)
    .map((document) => document.toJS())
    .filter((object) => object !== null && object !== undefined);
}
