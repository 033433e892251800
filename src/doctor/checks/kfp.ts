import { check, fault, skipped, well } from '../check.js';
import { readImage, readVersionText, type Version } from '../cluster/image.js';
import { serverContainerOf } from '../cluster/server-deployment.js';
import { nameOf, objectsAt, textAt } from '../kubernetes/read-object.js';
import { setValues } from './chart-commands.js';

/**
 * KFP's API server writes what the driver reads, in forms that change from version to version. Its Deployment is
 * ml-pipeline; the server's image has the driver's version in its tag (0.2.0-kfp2.17.0).
 */
const version = check({
  id: 'kfp-version',
  category: 'Kubeflow Pipelines',
  well: "the driver server has the driver of this KFP's version",
  severity: 'error',
  when: 'after',
  remedy: (scope) => setValues(scope, 'kfp.version=VERSION-OF-YOUR-KFP'),
  needs: ['kubernetes', 'deployment'],
  probe: async ({ kubernetes, deployment }, _ask, scope) => {
    const { controllerNamespace, namespace } = scope;
    const image = textAt(serverContainerOf(deployment), 'image') ?? '';
    const [, driverText = ''] = /-kfp([^@]+)$/.exec(readImage(image).tag ?? '') ?? [];
    const driver = readVersionText(driverText);
    if (driver === undefined) {
      return skipped(`the driver server's image tells no version of KFP (…-kfp2.17.0): ${image}`);
    }
    const path = `/apis/apps/v1/namespaces/${controllerNamespace}/deployments/ml-pipeline`;
    const apiServer = await kubernetes.find(path);
    if (apiServer === undefined) {
      return skipped(`there is no Deployment ${controllerNamespace}/ml-pipeline to ask for KFP's version`);
    }
    const [container] = objectsAt(apiServer, 'spec', 'template', 'spec', 'containers');
    const kfpImage = textAt(container, 'image') ?? '';
    const kfp = readVersionText(readImage(kfpImage).tag ?? '');
    if (kfp === undefined) {
      return skipped(`the image of ${controllerNamespace}/ml-pipeline tells no version: ${kfpImage}`);
    }
    if (driver.join('.') === kfp.join('.')) {
      return well(kfp.join('.'));
    }
    return fault(
      `KFP in ${controllerNamespace} is ${kfp.join('.')}, and ${namespace}/${nameOf(deployment)} has the driver of ${driver.join('.')}`,
      {
        severity: isSameMinor(driver, kfp) ? 'warning' : 'error',
        remedy: setValues(scope, `kfp.version=${kfp.join('.')}`),
      },
    );
  },
});

function isSameMinor(one: Version, other: Version): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

export const kfpChecks = [version];
