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
import { programs } from './programs.mjs';

const { Execute } = fromJSON(readSchema(schemas.driver), { keepCase: true })['kfp.driver.v1.DriverService'];
const loopback = '127.0.0.1';
const token = 'token';

/**
 * Makes the caches of those programs that have one, in their folders of `bundles`. `runner` runs a program and writes its
 * cache; `work` is a folder for files.
 */
export async function makeCodeCaches(bundles, names, { work, runner }) {
  for (const name of names.filter((candidate) => Object.hasOwn(makers, candidate))) {
    const { nodeOptions } = programs[name];
    for (const NODE_OPTIONS of nodeOptions === undefined ? [''] : ['', nodeOptions]) {
      await makers[name]({
        folder: join(bundles, name),
        work,
        run: (args, env) => start(runner, args, { ...env, NODE_OPTIONS }),
      });
    }
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
  /** One call, by the engine that needs no driver. */
  server: async ({ folder, run }) => {
    const server = await run([folder], {
      ENGINE: 'memory',
      NAMESPACE: 'kubeflow',
      ALLOW_UNAUTHENTICATED: 'true',
      SERVER_HOST: loopback,
      SERVER_PORT: '0',
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
