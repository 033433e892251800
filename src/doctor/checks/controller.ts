import { check, fault, skipped, type Verdict, well } from '../check.js';
import { type Controller, flagOf } from '../cluster/controller.js';
import { type EnvironmentValue, textOf } from '../cluster/environment.js';
import { isAtLeast, readImage, readVersionText, type Version } from '../cluster/image.js';
import { accountMay, deedText } from '../kubernetes/may.js';
import type { Scope } from '../scope.js';
import { setValues } from './chart-commands.js';

const category = "Argo's controller";

const there = check({
  id: 'controller-there',
  category,
  well: "Argo's workflow controller is there",
  severity: 'error',
  when: 'always',
  remedy: () =>
    'kubectl get deployments -A | grep workflow-controller   # then doctor --controller-namespace ITS-NAMESPACE',
  needs: ['kubernetes'],
  probe: async (_facts, ask) => {
    const { name, namespace, image } = await ask('controller');
    return well(`${namespace}/${name}, ${image}`);
  },
});

const runsPlugins = check({
  id: 'controller-plugins',
  category,
  well: 'the controller runs executor plugins',
  severity: 'error',
  when: 'always',
  remedy: (scope) => setEnvironment(scope, 'ARGO_EXECUTOR_PLUGINS=true'),
  needs: ['controller'],
  probe: async ({ controller }, _ask, scope) => {
    const remedy = setEnvironment(scope, 'ARGO_EXECUTOR_PLUGINS=true', controller.name);
    const flag = flagOf(controller, 'executor-plugins');
    const variable = controller.environment.get('ARGO_EXECUTOR_PLUGINS');
    if (flag !== undefined) {
      return isTrue(flag)
        ? well(`--executor-plugins`)
        : fault(`the controller has --executor-plugins=${flag}`, { remedy });
    }
    if (variable === undefined) {
      return fault(`ARGO_EXECUTOR_PLUGINS is not set on ${scope.controllerNamespace}/${controller.name}`, {
        remedy,
      });
    }
    if (variable.kind !== 'text') {
      return skipped('ARGO_EXECUTOR_PLUGINS of the controller comes from elsewhere than its Deployment');
    }
    return isTrue(variable.text)
      ? well()
      : fault(
          `ARGO_EXECUTOR_PLUGINS on ${scope.controllerNamespace}/${controller.name} is "${variable.text}"`,
          { remedy },
        );
  },
});

/** https://pkg.go.dev/strconv#ParseBool */
function isTrue(text: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

/** Oldest that runs the plugin at all. */
const leastVersion: Version = [3, 4, 2];
/** From these on, finished tasks leave the task sets of large (compressed) workflows, too. */
const recommendedVersions: readonly Version[] = [
  [3, 7, 16],
  [4, 0, 6],
  [4, 1, 0],
];

const version = check({
  id: 'controller-version',
  category,
  well: "Argo's version is a recommended one",
  severity: 'warning',
  when: 'always',
  remedy: () => 'upgrade Argo to 3.7.16, 4.0.6, or 4.1 and newer   # KFP 2.17 runs with each of them',
  needs: ['controller'],
  probe: async ({ controller }) => {
    const { tag } = readImage(controller.image);
    const found = readVersionText(tag ?? '');
    if (found === undefined) {
      return skipped(`the controller's image does not tell a version: ${controller.image}`);
    }
    if (!isAtLeast(found, leastVersion)) {
      return fault(`Argo ${tag} is too old: the plugin needs 3.4.2`, { severity: 'error' });
    }
    return isRecommended(found)
      ? well(`${tag}`)
      : fault(
          `Argo ${tag} never takes finished tasks out of the task sets of large workflows, which then fill up`,
        );
  },
});

function isRecommended(found: Version): boolean {
  const sameLine = recommendedVersions.find(([major, minor]) => major === found[0] && minor === found[1]);
  return sameLine === undefined ? isAtLeast(found, [4, 1, 0]) : isAtLeast(found, sameLine);
}

/** https://argo-workflows.readthedocs.io/en/latest/managed-namespace/ */
const seesNamespace = check({
  id: 'controller-namespace',
  category,
  well: 'the controller runs the workflows of this namespace',
  severity: 'error',
  when: 'always',
  remedy: ({ controllerNamespace }) =>
    `kubectl get deployment -n ${controllerNamespace} workflow-controller -o jsonpath='{..args}'   # or doctor --namespace WHERE-PIPELINES-RUN`,
  needs: ['controller'],
  probe: async ({ controller }, _ask, { namespace }): Promise<Verdict> => {
    const managed = managedNamespace(controller);
    return managed === undefined || managed === namespace
      ? well(managed === undefined ? 'and of all others' : undefined)
      : fault(`the controller runs the workflows of ${managed} alone, not those of ${namespace}`);
  },
});

/** Undefined where the controller runs all namespaces. */
function managedNamespace(controller: Controller): string | undefined {
  const managed = flagOf(controller, 'managed-namespace');
  if (managed !== undefined && managed !== '') {
    return managed;
  }
  return isTrue(flagOf(controller, 'namespaced') ?? 'false') ? controller.namespace : undefined;
}

/** Used since 3.4.17 and 3.5.5, in no Role that Argo or KFP publish: https://github.com/argoproj/argo-workflows/issues/13341 */
const statusRight = {
  verb: 'patch',
  group: 'argoproj.io',
  resource: 'workflowtasksets',
  subresource: 'status',
} as const;

const right = check({
  id: 'controller-right',
  category,
  well: 'the controller may take finished tasks out of a task set',
  severity: 'error',
  when: 'after',
  remedy: (scope) => setValues(scope, 'controller.grantTaskSetStatus=true'),
  needs: ['kubernetes'],
  probe: async ({ kubernetes }, ask, scope) => {
    const { namespace, controllerNamespace } = scope;
    const name = scope.controllerServiceAccount ?? (await accountOf(ask('controller')));
    if (name === undefined) {
      return skipped("the controller's account is not known: tell it by --controller-service-account");
    }
    return (await accountMay(kubernetes, { namespace: controllerNamespace, name }, namespace, statusRight))
      ? well()
      : fault(
          `the controller's account ${controllerNamespace}/${name} may not ${deedText(statusRight)} in ${namespace}: ` +
            'finished tasks stay in an object that may hold 1.5 MiB',
        );
  },
});

function accountOf(controller: Promise<Controller>): Promise<string | undefined> {
  return controller.then(
    ({ serviceAccount }) => serviceAccount,
    () => undefined,
  );
}

export function setEnvironment(
  { controllerNamespace }: Scope,
  assignments: string,
  name = 'workflow-controller',
): string {
  return `kubectl set env deployment/${name} -n ${controllerNamespace} ${assignments}`;
}

/** Text of a variable; undefined where it is not set, 'elsewhere' where only the cluster's nodes could tell. */
export function settingOf({ environment }: Controller, name: string): string | undefined | 'elsewhere' {
  const value: EnvironmentValue | undefined = environment.get(name);
  return value === undefined || value.kind === 'text' ? textOf(environment, name) : 'elsewhere';
}

export const controllerChecks = [there, runsPlugins, version, seesNamespace, right];
