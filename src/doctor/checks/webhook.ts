import { isJsonObject, type JsonObject } from '../../common/json.js';
import { check, fault, skipped, well } from '../check.js';
import { selects } from '../kubernetes/label-selector.js';
import { at, nameOf, objectsAt } from '../kubernetes/read-object.js';
import { stockWorkflow } from './stock-workflow.js';

const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const ours = 'app.kubernetes.io%2Fpart-of%3Ddriver-plugin';

/**
 * failurePolicy Ignore makes a webhook with a wrong CA, or without a pod, convert nothing without a word; so a workflow
 * of KFP's form is created without being kept (dryRun=All), and what would have been stored is looked at.
 */
const converts = check({
  id: 'webhook-converts',
  category: 'The webhook',
  well: 'workflows that KFP creates here are converted (a dry-run creation was)',
  severity: 'error',
  when: 'after',
  remedy: () =>
    `kubectl get mutatingwebhookconfigurations -l app.kubernetes.io/part-of=driver-plugin -o yaml   # its caBundle, and the Service's pods`,
  needs: ['kubernetes'],
  probe: async ({ kubernetes }, _ask, { namespace }) => {
    const list = await kubernetes.get(`${path}?labelSelector=${ours}`);
    const hooks = objectsAt(list, 'items').flatMap((configuration) =>
      objectsAt(configuration, 'webhooks').map((hook) => ({ name: nameOf(configuration), hook })),
    );
    if (hooks.length === 0) {
      return skipped(
        'no webhook of driver-plugin is installed: workflows come converted by other ways, or not at all',
      );
    }
    const labels = at(await kubernetes.get(`/api/v1/namespaces/${namespace}`), 'metadata', 'labels');
    const adopting = hooks.find(({ hook }) =>
      selects(at(hook, 'namespaceSelector'), isJsonObject(labels) ? labels : {}),
    );
    if (adopting === undefined) {
      return skipped(`${namespace} has not opted in: the webhook's namespaceSelector does not select it`);
    }
    const created = await kubernetes.review(
      `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows?dryRun=All`,
      stockWorkflow(namespace),
    );
    return hasPluginTemplate(created)
      ? well()
      : fault(
          `a workflow of KFP's form was admitted to ${namespace} unchanged, although ${adopting.name} selects it`,
        );
  },
});

function hasPluginTemplate(workflow: JsonObject): boolean {
  return objectsAt(workflow, 'spec', 'templates').some(
    (template) => at(template, 'plugin', 'driver-plugin') !== undefined,
  );
}

export const webhookChecks = [converts];
