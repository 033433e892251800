import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';

/** Refuses a workflow of another namespace than the server's own: PERMISSION_DENIED with the remedy. */
export function checkNamespace(request: ExecuteRequest__Output, own: string): void {
  const asked = request.workflow?.namespace;
  if (asked === own) {
    return;
  }
  throw new StatusError(
    'PERMISSION_DENIED',
    `this driver server drives workflows of the namespace "${own}" only, not of "${asked}": ` +
      'run one in each namespace, and let DRIVER_HOST of the plugin name it, as in kfp-driver-server.$(NAMESPACE)',
  );
}
