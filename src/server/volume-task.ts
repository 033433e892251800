import { isJsonObject } from '../common/json.js';

/** KFP's names for the images of tasks without a container (kubeflow/pipelines backend/src/v2/driver/k8s.go, dummyImages). */
const volumeImages: readonly unknown[] = ['argostub/createpvc', 'argostub/deletepvc'];

/** True for the container specification of a task whose driver creates or deletes a volume itself. */
export function isVolumeTask(container: string | undefined): boolean {
  // Others are not parsed for it.
  if (container?.includes('argostub/') !== true) {
    return false;
  }
  try {
    const spec: unknown = JSON.parse(container);
    return isJsonObject(spec as never) && volumeImages.includes((spec as Record<string, unknown>)['image']);
  } catch {
    return false;
  }
}
