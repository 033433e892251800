import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';

/** The program's --type. */
export type DriverType = 'ROOT_DAG' | 'DAG' | 'CONTAINER';
export const driverTypes: readonly DriverType[] = ['ROOT_DAG', 'DAG', 'CONTAINER'];

/** The --type that a request asks for; INVALID_ARGUMENT if it names none. */
export function driverTypeOf(request: ExecuteRequest__Output): DriverType {
  const type = driverTypes.find((name) => request.type === `DRIVER_TYPE_${name}`);
  if (type !== undefined) return type;
  throw new StatusError('INVALID_ARGUMENT', `type must be one of ${driverTypes.join(', ')}`, {
    details: { fieldViolations: [{ field: 'type', description: 'names no driver' }] },
  });
}
