import type { Target, TargetName } from './fuzz-input.js';
import { admissionTarget } from './targets/admission.js';
import { driverFilesTarget } from './targets/driver-files.js';
import { grpcTarget } from './targets/grpc.js';
import { httpTarget } from './targets/http.js';

/** What makes each target; its seeds are read then. */
export const makeTarget: Readonly<Record<TargetName, () => Target>> = {
  http: httpTarget,
  grpc: grpcTarget,
  'driver-files': driverFilesTarget,
  admission: admissionTarget,
};
