import { readVersion } from '../../common/version.js';
import { StatusError } from '../../contract/status-error.js';
import { check, fault, skipped, well } from '../check.js';
import { textOf } from '../cluster/environment.js';
import { readImage } from '../cluster/image.js';
import { configMapName, configMapPath, pluginNamespaces } from '../cluster/plugin.js';
import { readKey, referenceText } from '../cluster/read-key.js';
import { at, textAt } from '../kubernetes/read-object.js';
import { installChart } from './chart-commands.js';

const category = "The plugin's ConfigMap";
const label = 'workflows.argoproj.io/configmap-type';
/** uid of Argo's agent, the only one that can always read the token that the agent writes for the sidecar. */
const agentUid = 8737;
const sidecarPort = 2948;

const there = check({
  id: 'plugin-configmap',
  category,
  well: "the plugin's ConfigMap is there",
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['kubernetes'],
  probe: async (_facts, ask) => well(`${(await ask('plugin')).namespace}/${configMapName}`),
});

/** Argo takes plugins from both namespaces and puts both containers into the pod, under one name. */
const once = check({
  id: 'plugin-once',
  category,
  well: 'it is in one namespace alone',
  severity: 'error',
  when: 'after',
  remedy: ({ controllerNamespace }) => `kubectl delete configmap ${configMapName} -n ${controllerNamespace}`,
  needs: ['kubernetes', 'plugin'],
  probe: async ({ kubernetes }, _ask, scope) => {
    const namespaces = pluginNamespaces(scope);
    const found = await Promise.all(namespaces.map((namespace) => kubernetes.find(configMapPath(namespace))));
    return found.every((configMap) => configMap !== undefined) && namespaces.length > 1
      ? fault(
          `ConfigMap ${configMapName} is in ${namespaces.join(' and in ')}: agent pods get two containers of one name, and are refused`,
        )
      : well();
  },
});

const labelled = check({
  id: 'plugin-label',
  category,
  well: 'Argo finds it by its label',
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl label configmap ${configMapName} -n ${namespace} ${label}=ExecutorPlugin --overwrite`,
  needs: ['plugin'],
  probe: async ({ plugin: { namespace, configMap } }) => {
    const value = textAt(configMap, 'metadata', 'labels', label);
    return value === 'ExecutorPlugin'
      ? well()
      : fault(
          `ConfigMap ${namespace}/${configMapName} ${value === undefined ? 'lacks the label' : 'has'} ${label}=${value ?? 'ExecutorPlugin'}`,
          {
            remedy: `kubectl label configmap ${configMapName} -n ${namespace} ${label}=ExecutorPlugin --overwrite`,
          },
        );
  },
});

const readable = check({
  id: 'plugin-container',
  category,
  well: "its key sidecar.container holds the sidecar's container",
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['plugin'],
  probe: async (_facts, ask) => {
    const { container } = await ask('container');
    return well(textAt(container, 'image'));
  },
});

const port = check({
  id: 'plugin-port',
  category,
  well: "Argo's agent calls the port that the sidecar listens on",
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['container'],
  probe: async ({ container: { container, environment } }) => {
    const called = at(container, 'ports', 0, 'containerPort');
    const listens = Number(textOf(environment, 'SERVER_PORT') ?? sidecarPort);
    return called === listens
      ? well(String(called))
      : fault(
          `Argo's agent calls port ${called} (ports[0]), and the sidecar listens on ${listens} (SERVER_PORT)`,
        );
  },
});

const uid = check({
  id: 'plugin-uid',
  category,
  well: `the sidecar runs as uid ${agentUid}, which can read the agent's token`,
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['container'],
  probe: async ({ container: { container } }) => {
    const user = at(container, 'securityContext', 'runAsUser');
    if (user === undefined) {
      return fault(
        `the container sets no securityContext.runAsUser: a workflow's own securityContext then takes uid ${agentUid} away`,
        { severity: 'warning' },
      );
    }
    return user === agentUid
      ? well()
      : fault(
          `the sidecar runs as uid ${user}, which cannot read the token of Argo's agent: it must be ${agentUid}`,
        );
  },
});

const version = check({
  id: 'plugin-version',
  category,
  well: "the sidecar is of this doctor's version",
  severity: 'warning',
  when: 'after',
  remedy: installChart,
  needs: ['container'],
  probe: async ({ container: { container } }) => {
    const image = textAt(container, 'image') ?? '';
    const { tag } = readImage(image);
    if (tag === undefined) {
      return skipped(`the sidecar's image tells no version: ${image}`);
    }
    return tag === readVersion()
      ? well(tag)
      : fault(`the sidecar's image is ${image}, and doctor is ${readVersion()}`);
  },
});

const references = check({
  id: 'plugin-secrets',
  category,
  well: "every Secret that the sidecar's container names is there",
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl get secrets -n ${namespace}   # the agent pod waits for the missing one`,
  needs: ['kubernetes', 'container'],
  probe: async ({ kubernetes, container: { environment } }, _ask, { namespace }) => {
    const faults: string[] = [];
    let isOptional = true;
    for (const [name, value] of environment) {
      if (value.kind === 'key') {
        const lack = await readKey(kubernetes, value, namespace).then(
          (text) => (text === undefined ? `${referenceText(value, namespace)} is empty` : undefined),
          lackOf,
        );
        if (lack !== undefined) {
          faults.push(`${name}: ${lack}`);
          isOptional &&= value.optional;
        }
      }
    }
    return faults.length === 0
      ? well()
      : fault(faults.join('; '), { severity: isOptional ? 'warning' : 'error' });
  },
});

function lackOf(error: unknown): string {
  if (error instanceof StatusError && error.status === 'NOT_FOUND') {
    return error.message;
  }
  throw error;
}

export const pluginChecks = [there, once, labelled, readable, port, uid, version, references];
