import type { PeerCertificate } from 'node:tls';
import { type Status, StatusError } from '../../contract/status-error.js';
import { check, fault, skipped, well } from '../check.js';
import { findContractGaps, serviceName } from '../grpc/compare-contract.js';
import { shakeHands } from '../grpc/shake-hands.js';
import { installChart, setValues } from './chart-commands.js';
import { serverCategory as category } from './server.js';

/** What is left of a certificate's life when it should have been renewed long ago; cert-manager renews at a third. */
const leastShareLeft = 0.2;

const tls = check({
  id: 'server-tls',
  category,
  well: "the driver server's certificate is one that the sidecar trusts",
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl get certificates,secrets -n ${namespace} && kubectl logs -n ${namespace} deployment/kfp-driver-server | grep 'TLS files'   # why a renewed one is not used`,
  needs: ['way'],
  probe: async ({ way }, ask, { timeoutMs }) => {
    const trust = await ask('trust');
    if (trust === undefined) {
      return skipped('the sidecar speaks plaintext: DRIVER_TLS is not true');
    }
    const certificate = await shakeHands(way, trust, timeoutMs);
    const left = shareLeft(certificate);
    return left >= leastShareLeft
      ? well(`until ${certificate.valid_to}`)
      : fault(
          `the driver server's certificate ends ${certificate.valid_to}: ${Math.round(left * 100)} % of its life is left`,
          {
            severity: 'warning',
          },
        );
  },
});

function shareLeft({ valid_from: from, valid_to: to }: PeerCertificate): number {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return (end - Date.now()) / (end - begin);
}

const token = check({
  id: 'server-token',
  category,
  well: "the driver server takes the sidecar's token",
  severity: 'error',
  when: 'after',
  remedy: ({ namespace }) =>
    `kubectl rollout restart -n ${namespace} deployment/kfp-driver-server   # and let the pods of running workflows end: both ends read the Secret at their start`,
  needs: ['channel', 'token'],
  probe: async ({ channel, token: { text } }) => {
    try {
      await channel.descriptors(serviceName, text);
    } catch (error) {
      const { status, message } = StatusError.from(error);
      if (status === 'UNAUTHENTICATED' || status === 'PERMISSION_DENIED') {
        return fault(`the driver server refuses the sidecar's token: ${message}`);
      }
      if (isOfConnection(status)) {
        return skipped(`a gRPC call to the driver server fails: ${message}`);
      }
    }
    return well(text === undefined ? 'it has none, and needs none' : undefined);
  },
});

const tokenDemanded = check({
  id: 'server-token-demanded',
  category,
  well: 'the driver server refuses callers without the token',
  severity: 'warning',
  when: 'after',
  remedy: (scope) => setValues(scope, 'auth.token.enabled=true', 'auth.allowUnauthenticated=false'),
  needs: ['channel', 'trust'],
  probe: async ({ channel, trust }) => {
    try {
      await channel.descriptors(serviceName, undefined);
    } catch (error) {
      const { status, message } = StatusError.from(error);
      return status === 'UNAUTHENTICATED'
        ? well()
        : skipped(`a call without a token ended with ${status}: ${message}`);
    }
    return trust?.certificate === undefined
      ? fault('the driver server answers callers without a token: whoever can connect may drive tasks')
      : well('by their certificates');
  },
});

const contract = check({
  id: 'server-contract',
  category,
  well: "the driver server's contract has all that the sidecar sends",
  severity: 'error',
  when: 'after',
  remedy: (scope) => `${installChart(scope)}   # server and sidecar of one version`,
  needs: ['channel', 'token'],
  probe: async ({ channel, token: { text } }) => {
    let files: readonly Buffer[];
    try {
      files = await channel.descriptors(serviceName, text);
    } catch (error) {
      const { status, message } = StatusError.from(error);
      if (status === 'UNAUTHENTICATED' || isOfConnection(status)) {
        return skipped(`the driver server does not take a call: ${message}`);
      }
      return status === 'NOT_FOUND'
        ? fault(`the driver server has no ${serviceName}`)
        : fault(`the driver server does not tell its contract by reflection: ${status}: ${message}`);
    }
    const gaps = findContractGaps(files);
    const more = gaps.length > 3 ? `, and ${gaps.length - 3} more` : '';
    return gaps.length === 0
      ? well(serviceName)
      : fault(
          `the driver server has another contract than the sidecar: ${gaps.slice(0, 3).join(', ')}${more}`,
        );
  },
});

/** server-health tells of these. */
function isOfConnection(status: Status): boolean {
  return status === 'UNAVAILABLE' || status === 'DEADLINE_EXCEEDED';
}

export const serverTrustChecks = [tls, token, tokenDemanded, contract];
