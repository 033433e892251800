import type { JsonObject } from '../common/json.js';
import { StatusError } from '../contract/status-error.js';
import { type Controller, findController } from './cluster/controller.js';
import { findPlugin, type Plugin, type PluginContainer, readPluginContainer } from './cluster/plugin.js';
import { readTokenFile, readVariable } from './cluster/read-key.js';
import { readServerAddress, type ServerAddress } from './cluster/server-address.js';
import { findServerDeployment, findServerService, type ServerService } from './cluster/server-deployment.js';
import { connectTcp, type Way } from './grpc/connect-tcp.js';
import { greetHttp2 } from './grpc/greet-http2.js';
import { openChannel, type ServerChannel } from './grpc/server-channel.js';
import { shakeHands, type Trust } from './grpc/shake-hands.js';
import type { KubernetesApi } from './kubernetes/kubernetes-api.js';
import { textAt } from './kubernetes/read-object.js';
import type { Scope } from './scope.js';

/** What probes may ask for, by name. */
export interface Facts {
  /** The API, which has answered. */
  readonly kubernetes: KubernetesApi & { readonly version: string };
  readonly controller: Controller;
  /** The plugin's ConfigMap. */
  readonly plugin: Plugin;
  readonly container: PluginContainer;
  /** The driver server as the sidecar is told of it. */
  readonly server: ServerAddress;
  readonly service: ServerService;
  readonly deployment: JsonObject;
  /** A way to the server on which TCP connects. */
  readonly way: Way;
  /** What the sidecar trusts and shows; undefined without TLS. */
  readonly trust: Trust | undefined;
  /** Whoever is there, after a TLS handshake that went well where the sidecar wants one. */
  readonly peer: { readonly way: Way; readonly trust: Trust | undefined };
  /** A gRPC channel to it. */
  readonly channel: ServerChannel;
  /** The token that the sidecar sends. */
  readonly token: { readonly text: string | undefined };
}
export type FactName = keyof Facts;

/** Finds a fact, once. Rejects with a StatusError where it cannot be had. */
export type Ask = <Name extends FactName>(name: Name) => Promise<Facts[Name]>;

type Finders = { readonly [Name in FactName]: (ask: Ask, scope: Scope) => Promise<Facts[Name]> };

/** `api` rejects where there is no kubeconfig. */
export function createFacts(api: Promise<KubernetesApi>, scope: Scope): { readonly ask: Ask; close(): void } {
  const channels: ServerChannel[] = [];
  const finders: Finders = {
    kubernetes: async () => {
      const found = await api;
      return { ...found, version: textAt(await found.get('/version'), 'gitVersion') ?? 'an unknown version' };
    },
    controller: async (ask) => findController(await ask('kubernetes'), scope),
    plugin: async (ask) => findPlugin(await ask('kubernetes'), scope),
    container: async (ask) => readPluginContainer(await ask('plugin'), scope),
    server: async (ask) => readServerAddress(await ask('container')),
    service: async (ask) => findServerService(await ask('kubernetes'), await ask('server'), scope),
    deployment: async (ask) => findServerDeployment(await ask('kubernetes'), await ask('service')),
    way: async (ask) => connectTcp(await ask('server'), scope),
    trust: (ask) => findTrust(ask, scope),
    token: (ask) => findToken(ask, scope),
    peer: async (ask) => {
      const [way, trust] = [await ask('way'), await ask('trust')];
      if (trust !== undefined) {
        await shakeHands(way, trust, scope.timeoutMs);
      }
      return { way, trust };
    },
    channel: async (ask) => {
      const { way, trust } = await ask('peer');
      await greetHttp2(way, trust, scope.timeoutMs);
      const channel = openChannel(way, trust, scope.timeoutMs);
      channels.push(channel);
      return channel;
    },
  };
  const found = new Map<FactName, Promise<unknown>>();
  const ask = <Name extends FactName>(name: Name): Promise<Facts[Name]> => {
    const known = found.get(name) ?? finders[name](ask, scope);
    found.set(name, known);
    return known as Promise<Facts[Name]>;
  };
  return {
    ask,
    close: () => {
      for (const channel of channels) {
        channel.close();
      }
    },
  };
}

async function findTrust(ask: Ask, scope: Scope): Promise<Trust | undefined> {
  const server = await ask('server');
  if (!server.tls) {
    return undefined;
  }
  const api = await ask('kubernetes');
  const read = async (name: string, value: ServerAddress['ca']) => {
    const text = await readVariable(api, name, value, scope.namespace);
    if (text !== undefined && !text.startsWith('-----BEGIN')) {
      throw new StatusError('FAILED_PRECONDITION', `${name} of the plugin's container is no PEM text`);
    }
    return text;
  };
  return {
    certificateName: server.certificateName,
    ca: await read('DRIVER_TLS_CA', server.ca),
    caSource: server.ca,
    certificate: await read('DRIVER_TLS_CERT', server.certificate),
    key: await read('DRIVER_TLS_KEY', server.key),
  };
}

async function findToken(ask: Ask, scope: Scope): Promise<Facts['token']> {
  if (scope.tokenFile !== undefined) {
    return { text: await readTokenFile(scope.tokenFile) };
  }
  const { token } = await ask('server');
  const text = await readVariable(await ask('kubernetes'), 'DRIVER_TOKEN', token, scope.namespace);
  return { text: text?.trim() };
}
