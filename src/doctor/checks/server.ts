import { StatusError } from '../../contract/status-error.js';
import { check, fault, skipped, well } from '../check.js';
import { readEnvironment, textOf } from '../cluster/environment.js';
import { readServiceName } from '../cluster/server-address.js';
import { replicasOf, serverContainerOf } from '../cluster/server-deployment.js';
import { serviceName } from '../grpc/compare-contract.js';
import { whyNotFromHere } from '../grpc/connect-tcp.js';
import { at, nameOf, objectsAt } from '../kubernetes/read-object.js';
import { installChart } from './chart-commands.js';

export const serverCategory = 'The driver server';
const category = serverCategory;

/** A server drives workflows of its own namespace, and refuses all others with PERMISSION_DENIED. */
const ownNamespace = check({
  id: 'server-namespace',
  category,
  well: "the sidecar asks the driver server of the workflow's own namespace",
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['container'],
  probe: async ({ container: { environment } }, ask, { namespace }) => {
    const given = textOf(environment, 'DRIVER_HOST') ?? '';
    if (/\$\([^)]*\)/.test(given)) {
      return fault(`DRIVER_HOST is ${given}: the variable in it is not set above it`);
    }
    const { host } = await ask('server');
    const asked = readServiceName(host)?.namespace;
    if (asked !== undefined && asked !== namespace) {
      return fault(
        `DRIVER_HOST is ${host}: the server of ${asked} refuses workflows of ${namespace} (kfp-driver-server.$(NAMESPACE) is right)`,
      );
    }
    const told = await ask('deployment').then(
      (deployment) => textOf(readEnvironment(serverContainerOf(deployment), namespace), 'NAMESPACE'),
      () => undefined,
    );
    return told !== undefined && told !== namespace
      ? fault(
          `NAMESPACE of the driver server in ${namespace} is ${told}: it drives for that namespace, or does not start`,
        )
      : well(host);
  },
});

const service = check({
  id: 'server-service',
  category,
  well: "the driver server's name is a headless Service with the sidecar's port",
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['server'],
  probe: async ({ server: { host, port } }, ask) => {
    const { name, namespace, object } = await ask('service');
    const ports = objectsAt(object, 'spec', 'ports').map((one) => one['port']);
    if (!ports.includes(port)) {
      return fault(
        `Service ${namespace}/${name} has port ${ports.join(', ')}, and the sidecar asks for ${port}`,
      );
    }
    return at(object, 'spec', 'clusterIP') === 'None'
      ? well(`${host}:${port}`)
      : fault(
          `Service ${namespace}/${name} is not headless: a sidecar that connects sees one of several pods alone`,
          {
            severity: 'warning',
          },
        );
  },
});

const pods = check({
  id: 'server-pods',
  category,
  well: 'the driver server has a ready pod',
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl describe deployment -n ${namespace} kfp-driver-server && kubectl logs -n ${namespace} deployment/kfp-driver-server`,
  needs: ['service'],
  probe: async (_facts, ask, { namespace }) => {
    const deployment = await ask('deployment');
    const { wanted, ready } = replicasOf(deployment);
    return ready > 0
      ? well(`${ready} of ${wanted}`)
      : fault(`Deployment ${namespace}/${nameOf(deployment)} has 0 of ${wanted} pods ready`);
  },
});

const reachable = check({
  id: 'server-reachable',
  category,
  well: 'the driver server accepts connections',
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) => `kubectl get pods,endpointslices,networkpolicies -n ${namespace}`,
  needs: ['server'],
  probe: async ({ server }, ask, scope) => {
    const reason = whyNotFromHere(server, scope);
    if (reason !== undefined) {
      return skipped(reason);
    }
    const { host, port } = await ask('way');
    return well(`${host}:${port}`);
  },
});

const health = check({
  id: 'server-health',
  category,
  well: 'the driver server can drive: ML Metadata answers it',
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl logs -n ${namespace} deployment/kfp-driver-server | grep 'cannot drive'   # it names the outage`,
  needs: ['peer'],
  probe: async (_facts, ask) => {
    const channel = await ask('channel');
    const whole = await channel.health('').catch(rethrowAsSentence);
    const isReady = async () => (await channel.health('readiness').catch(() => undefined)) === 'SERVING';
    if (whole !== 'SERVING' && (await isReady())) {
      return skipped('the replica that answers here waits for its Lease: server-lease tells who drives');
    }
    if (whole !== 'SERVING') {
      return fault(`the driver server is ${whole}: it is draining`);
    }
    const status = await channel.health(serviceName).catch(rethrowAsSentence);
    return status === 'SERVING'
      ? well()
      : fault(`${serviceName} is ${status}: ML Metadata does not answer the driver server`);
  },
});

function rethrowAsSentence(error: unknown): never {
  const { status, message } = StatusError.from(error);
  if (status === 'UNAVAILABLE' || status === 'DEADLINE_EXCEEDED') {
    throw new StatusError(status, `a gRPC call to the driver server fails: ${message}`);
  }
  throw new StatusError(
    status,
    `the driver server has no health service (grpc.health.v1): ${status}: ${message}`,
  );
}

export const serverChecks = [ownNamespace, service, pods, reachable, health];
