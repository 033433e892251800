import assert from 'node:assert/strict';
import type { Check } from '../checks.js';

interface Refusal {
  readonly values: string;
  readonly sentence: RegExp;
}

const contradictions: readonly Refusal[] = [
  {
    values: 'server.replicas=2,server.ledger=memory',
    sentence: /server\.ledger is memory, which each of the 2 replicas of server\.replicas has for itself/,
  },
  {
    values: 'auth.token.enabled=false',
    sentence: /Nobody would authenticate callers: auth\.token\.enabled and tls\.client\.enabled are false\./,
  },
  {
    values: 'auth.allowUnauthenticated=true',
    sentence: /auth\.allowUnauthenticated is true beside auth\.token\.enabled/,
  },
  {
    values:
      'auth.allowUnauthenticated=true,auth.token.enabled=false,tls.enabled=true,tls.existingSecret=a,tls.client.enabled=true,tls.client.existingSecret=b',
    sentence: /auth\.allowUnauthenticated is true beside tls\.client\.enabled/,
  },
  {
    values: 'auth.token.enabled=false,auth.allowUnauthenticated=true,auth.token.existingSecret=a',
    sentence: /auth\.token\.existingSecret is set, but auth\.token\.enabled is false/,
  },
  {
    values:
      'tls.enabled=true,tls.existingSecret=a,tls.certManager.enabled=true,tls.certManager.issuerRef.name=b',
    sentence: /tls\.existingSecret and tls\.certManager\.enabled are two sources of one certificate/,
  },
  { values: 'tls.enabled=true', sentence: /tls\.enabled is true, but there is no certificate/ },
  { values: 'tls.existingSecret=a', sentence: /tls\.existingSecret is set, but tls\.enabled is false/ },
  {
    values: 'tls.certManager.enabled=true,tls.certManager.issuerRef.name=a',
    sentence: /tls\.certManager\.enabled is set, but tls\.enabled is false/,
  },
  { values: 'tls.client.enabled=true', sentence: /tls\.client\.enabled is set, but tls\.enabled is false/ },
  {
    values: 'tls.enabled=true,tls.certManager.enabled=true',
    sentence: /tls\.certManager\.issuerRef\.name names no issuer/,
  },
  {
    values: 'tls.enabled=true,tls.existingSecret=a,tls.client.enabled=true',
    sentence: /tls\.client\.existingSecret names no certificate for the sidecars/,
  },
  {
    values: 'tls.enabled=true,tls.existingSecret=a,tls.client.existingSecret=b',
    sentence: /tls\.client\.existingSecret is set, but tls\.client\.enabled is false/,
  },
  {
    values:
      'tls.enabled=true,tls.certManager.enabled=true,tls.certManager.issuerRef.name=a,tls.client.enabled=true,tls.client.existingSecret=b',
    sentence: /tls\.client\.existingSecret and tls\.certManager\.enabled are two sources/,
  },
  {
    values: 'kfp.caCert.secretName=a,kfp.caCert.configMapName=b',
    sentence: /kfp\.caCert\.secretName and kfp\.caCert\.configMapName are two sources of one CA/,
  },
  {
    values: 'plugin.configMap=controller,controller.namespace=refused',
    sentence:
      /plugin\.configMap is controller, but the release is in the controller's namespace \(refused\) itself/,
  },
  {
    values: 'doctor.enabled=false,doctor.readController=true',
    sentence: /doctor\.readController is true, but doctor\.enabled is false/,
  },
  {
    values: 'doctor.readController=true,controller.namespace=refused',
    sentence: /doctor\.readController is for a controller in another namespace/,
  },
  {
    values:
      'adopt.enabled=true,adopt.certificate.existingSecret=a,adopt.certificate.caBundle=b,adopt.certificate.certManager.enabled=true,adopt.certificate.certManager.issuerRef.name=c',
    sentence:
      /adopt\.certificate\.existingSecret and adopt\.certificate\.certManager\.enabled are two sources/,
  },
  {
    values: 'adopt.enabled=true,adopt.certificate.existingSecret=a',
    sentence: /adopt\.certificate\.caBundle has no CA, so that nobody would trust it/,
  },
  {
    values: 'adopt.enabled=true,adopt.certificate.caBundle=a',
    sentence: /adopt\.certificate\.existingSecret names no certificate of that CA/,
  },
  {
    values: 'adopt.enabled=true,adopt.certificate.certManager.enabled=true',
    sentence: /adopt\.certificate\.certManager\.issuerRef\.name names no issuer/,
  },
  {
    values: 'adopt.certificate.existingSecret=a,adopt.certificate.caBundle=b',
    sentence: /adopt\.certificate\.existingSecret is set, but adopt\.enabled is false/,
  },
  { values: 'metrics.port=9000', sentence: /metrics\.port is the port of server\.port, too/ },
  {
    values: 'metrics.podMonitor.enabled=true,metrics.port=0',
    sentence: /metrics\.podMonitor\.enabled is true, but metrics\.port is 0/,
  },
  {
    values: 'metrics.prometheusRule.enabled=true,metrics.port=0',
    sentence: /metrics\.prometheusRule\.enabled is true, but metrics\.port is 0/,
  },
  {
    values: 'metrics.prometheusRule.enabled=true,server.replicas=0',
    sentence: /server\.replicas is 0 and adopt\.enabled false: there would be nothing to watch/,
  },
  {
    values: 'server.page.enabled=true,metrics.port=0',
    sentence: /server\.page\.enabled is true, but metrics\.port is 0/,
  },
  {
    values: 'server.page.existingSecret=a',
    sentence: /server\.page\.existingSecret is set, but server\.page\.enabled is false/,
  },
  { values: 'plugin.resources.limits=null', sentence: /plugin\.resources lacks requests or limits/ },
];

const wrongValues: readonly Refusal[] = [
  { values: 'server.replica=1', sentence: /\/server'?: additional properties 'replica' not allowed/ },
  { values: 'tokn=a', sentence: /additional properties 'tokn' not allowed/ },
  { values: 'server.replicas=3', sentence: /\/server\/replicas'?: value must be one of 0, 1, 2/ },
  { values: 'server.port=grpc', sentence: /\/server\/port'?: got string, want integer/ },
  { values: 'kfp.version=3', sentence: /\/kfp\/version'?: got number, want string/ },
  { values: 'server.image.digest=abc', sentence: /\/server\/image\/digest'?: 'abc' does not match pattern/ },
  {
    values: 'plugin.configMap=both',
    sentence: /\/plugin\/configMap'?: value must be one of 'release', 'controller', 'none'/,
  },
  { values: 'runs.serviceAccounts=a', sentence: /\/runs\/serviceAccounts'?: got string, want array/ },
];

/** Values that helm must refuse before it renders anything. */
export const refusals: readonly Check[] = [
  ...contradictions.map((refusal) => checkOf('refused with a sentence', refusal)),
  ...wrongValues.map((refusal) => checkOf('refused by the schema', refusal)),
  {
    title: 'all contradictions are told in one message',
    run: async ({ helm }) => {
      const args = ['--set', 'tls.enabled=true,auth.token.enabled=false'];
      await assert.rejects(helm.render('refused', ...args), (error: Error) => {
        assert.match(error.message, /there is no certificate/);
        assert.match(error.message, /Nobody would authenticate callers/);
        return true;
      });
    },
  },
];

function checkOf(how: string, { values, sentence }: Refusal): Check {
  return {
    title: `${values} is ${how}`,
    run: async ({ helm }) => assert.rejects(helm.render('refused', '--set', values), sentence),
  };
}
