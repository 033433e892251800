/** KFP's drivers by KFP's own names (`--type`), and the enum values that name them on the wire. */
export const driverTypes = {
  ROOT_DAG: 'DRIVER_TYPE_ROOT_DAG',
  DAG: 'DRIVER_TYPE_DAG',
  CONTAINER: 'DRIVER_TYPE_CONTAINER',
} as const;

export type DriverType = keyof typeof driverTypes;

export const driverTypeNames = Object.keys(driverTypes) as readonly DriverType[];

/** The driver that an enum value names; undefined for DRIVER_TYPE_UNSPECIFIED and values of newer contracts. */
export function driverTypeFromWire(value: unknown): DriverType | undefined {
  return driverTypeNames.find((name) => driverTypes[name] === value);
}
