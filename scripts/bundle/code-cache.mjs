// Makes V8's code caches: runs each program that starts often, lets it do its work once, and keeps what V8 compiled.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { readSchema, schemas } from '../read-schema.mjs';

const { Execute } = fromJSON(readSchema(schemas.driver), { keepCase: true })['kfp.driver.v1.DriverService'];
const loopback = '127.0.0.1';
const token = 'token';

/**
 * Makes the caches of those programs that have one, in their folders of `bundles`. `runner` runs a program and writes its
 * cache; `work` is a folder for files.
 */
export async function makeCodeCaches(bundles, names, { work, runner }) {
  for (const name of names.filter((candidate) => Object.hasOwn(makers, candidate))) {
    await makers[name]({ folder: join(bundles, name), work, run: (args, env) => start(runner, args, env) });
  }
}

const makers = {
  /** One task, asked and answered. */
  serve: async ({ folder, work, run }) => {
    const driver = new grpc.Server();
    driver.addService({ Execute }, { Execute: (_call, callback) => callback(null, { execution_id: '1' }) });
    const port = await bind(driver);
    const tokenPath = join(work, 'token');
    writeFileSync(tokenPath, token);
    const sidecar = await run([folder, 'serve'], {
      DRIVER_HOST: `${loopback}:${port}`,
      SERVER_PORT: '0',
      TOKEN_PATH: tokenPath,
    });
    const response = await fetch(`${sidecar.address}/api/v1/template.execute`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: template(),
    });
    const answer = await response.text();
    if (!answer.includes('"Succeeded"')) {
      throw new Error(`the sidecar answered ${response.status} ${answer}`);
    }
    await sidecar.writeCache();
    driver.forceShutdown();
  },
  /** One call, of a program that stands in for KFP's driver, and the questions to ML Metadata before it. */
  server: async ({ folder, work, run }) => {
    const metadata = new grpc.Server();
    const program = join(work, 'driver.sh');
    writeFileSync(program, driverProgram, { mode: 0o755 });
    const server = await run([folder], {
      DRIVER_PROGRAM: program,
      LEDGER: 'memory',
      MLMD_SERVER_ADDRESS: loopback,
      MLMD_SERVER_PORT: `${await bind(metadata)}`,
      WORK_DIR: work,
      NAMESPACE: 'kubeflow',
      ALLOW_UNAUTHENTICATED: 'true',
      SERVER_HOST: loopback,
      SERVER_PORT: '0',
      ADMIN_PORT: '0',
    });
    const client = new grpc.Client(server.address, grpc.credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = Execute;
    await new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, aRequest, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    client.close();
    await server.writeCache();
    metadata.forceShutdown();
  },
  /** One review, of a workflow that has nothing to convert. */
  webhook: async ({ folder, work, run }) => {
    const webhook = await run([folder, 'webhook'], {
      ...(await writeCertificate(work)),
      SERVER_HOST: loopback,
      SERVER_PORT: '0',
    });
    const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: {}, spec: {} };
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'one', object },
    };
    const answer = await postOverTls(`${webhook.address}/convert`, JSON.stringify(review));
    if (!answer.includes('"allowed":true')) {
      throw new Error(`the webhook answered ${answer}`);
    }
    await webhook.writeCache();
  },
};

/** Lists flags of KFP's driver as Go does, and writes what one makes of a DAG. */
const driverProgram = `#!/bin/sh
if [ "$1" = -h ]; then
  for flag in type pipeline_name run_id run_name run_display_name component task runtime_config iteration_index \\
    dag_execution_id container kubernetes_config mlmd_server_address mlmd_server_port execution_id_path \\
    iteration_count_path pod_spec_patch_path cached_decision_path condition_path log_level http_proxy https_proxy \\
    no_proxy publish_logs task_name cache_disabled; do
    printf '  -%s string\\n    \\tof a stand-in\\n' "$flag" >&2
  done
  exit 0
fi
for argument in "$@"; do
  case $argument in
    --execution_id_path=*) printf 1 > "\${argument#*=}" ;;
    --iteration_count_path=*) printf 0 > "\${argument#*=}" ;;
    --condition_path=*) printf nil > "\${argument#*=}" ;;
  esac
done
`;

/** For this run alone. */
async function writeCertificate(folder) {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: 'CN=localhost', keys });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const [certPath, keyPath] = ['tls.crt', 'tls.key'].map((name) => join(folder, name));
  writeFileSync(certPath, certificate.toString('pem'));
  writeFileSync(keyPath, key);
  return { SERVER_TLS_CERT: certPath, SERVER_TLS_KEY: keyPath };
}

function postOverTls(url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = request(
      url,
      { method: 'POST', headers, rejectUnauthorized: false, agent: false },
      (response) => {
        text(response).then(resolve, reject);
      },
    );
    sent.on('error', reject).end(body);
  });
}

const aRequest = {
  request_id: 'one',
  workflow: { name: 'one', namespace: 'kubeflow', uid: 'one' },
  type: 'DRIVER_TYPE_ROOT_DAG',
  pipeline_name: 'one',
  run_id: 'one',
  component: '{"dag":{}}',
  runtime_config: '{}',
};

function template() {
  return JSON.stringify({
    workflow: { metadata: { name: 'one', namespace: 'kubeflow', uid: 'one' } },
    template: {
      name: 'one',
      outputs: { parameters: [{ name: 'execution-id', valueFrom: { default: '' } }] },
      plugin: {
        'driver-plugin': {
          args: {
            type: 'ROOT_DAG',
            pipeline_name: 'one',
            run_id: 'one',
            component: '{"dag":{}}',
            runtime_config: '{}',
          },
        },
      },
    },
  });
}

/** Starts a program and waits for its line "listening". */
async function start(runner, args, env) {
  const child = fork(runner, args, { env, execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) {
    const { message, address } = JSON.parse(line);
    if (message === 'listening') {
      child.stdout.resume();
      const writeCache = async () => {
        child.send('write');
        const [code] = await ended;
        if (code !== 0) {
          throw new Error(`the program ended with ${code}`);
        }
      };
      return { address, writeCache };
    }
  }
  throw new Error(`${args[0]} ended before it listened`);
}

function bind(server) {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${loopback}:0`, grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
