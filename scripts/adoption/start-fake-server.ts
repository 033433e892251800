import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FakeServerOptions {
  readonly folder: string;
  /** Where the fake of KFP's driver keeps its calls. */
  readonly callsFile: string;
  readonly kubernetesApi: string;
  /** Something that listens for ML Metadata: it stands in the calls, so that both ways need the same. */
  readonly metadataPort: number;
}

const pathOf = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** Starts kfp-driver-server with the fake of KFP's driver. */
export async function startFakeServer({ folder, callsFile, kubernetesApi, metadataPort }: FakeServerOptions) {
  const child = spawn(process.execPath, [pathOf('dist/src/server/main.js')], {
    env: {
      PATH: process.env['PATH'],
      NAMESPACE: 'kubeflow',
      ALLOW_UNAUTHENTICATED: 'true',
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      ADMIN_PORT: 'off',
      WORK_DIR: folder,
      KUBERNETES_API: kubernetesApi,
      DRIVER_PROGRAM: pathOf('test/fake-driver-program/driver.mjs'),
      DRIVER_PROGRAM_ENV: 'FAKE_DRIVER_CALLS',
      FAKE_DRIVER_CALLS: callsFile,
      KFP_POD_NAME: 'adoption',
      KFP_POD_UID: 'adoption',
      ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
      LEDGER: 'memory',
      MLMD_SERVER_ADDRESS: '127.0.0.1',
      MLMD_SERVER_PORT: String(metadataPort),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`kfp-driver-server ended with ${code}`)));
    // Its log is read to the end: a full pipe would stop it.
    createInterface(child.stdout).on('line', (line) => {
      const entry: { readonly message: string; readonly address: string } = JSON.parse(line);
      if (entry.message === 'listening') {
        resolve(entry.address);
      }
    });
  });
  const colon = address.lastIndexOf(':');
  return {
    address: { host: address.slice(0, colon), port: address.slice(colon + 1) },
    stop: async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
