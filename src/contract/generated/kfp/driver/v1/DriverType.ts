// Original file: proto/kfp/driver/v1/driver.proto

export const DriverType = {
  DRIVER_TYPE_UNSPECIFIED: 'DRIVER_TYPE_UNSPECIFIED',
  DRIVER_TYPE_ROOT_DAG: 'DRIVER_TYPE_ROOT_DAG',
  DRIVER_TYPE_DAG: 'DRIVER_TYPE_DAG',
  DRIVER_TYPE_CONTAINER: 'DRIVER_TYPE_CONTAINER',
} as const;

export type DriverType =
  | 'DRIVER_TYPE_UNSPECIFIED'
  | 0
  | 'DRIVER_TYPE_ROOT_DAG'
  | 1
  | 'DRIVER_TYPE_DAG'
  | 2
  | 'DRIVER_TYPE_CONTAINER'
  | 3

export type DriverType__Output = typeof DriverType[keyof typeof DriverType]
