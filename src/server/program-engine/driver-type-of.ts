import { type DriverType, driverTypeFromWire, driverTypeNames } from '../../contract/driver-type.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';

/** The driver that a request asks for; INVALID_ARGUMENT if it names none. */
export function driverTypeOf(request: ExecuteRequest__Output): DriverType {
  const type = driverTypeFromWire(request.type);
  if (type !== undefined) {
    return type;
  }
  throw new StatusError('INVALID_ARGUMENT', `type must be one of ${driverTypeNames.join(', ')}`, {
    details: { fieldViolations: [{ field: 'type', description: 'names no driver' }] },
  });
}
