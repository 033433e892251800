/** How a workflow is converted. */
export interface ConvertOptions {
  /** The command that makes a container a KFP driver: KFP's V2_DRIVER_COMMAND. */
  readonly driverCommand: readonly string[];
  /** The name under which the sidecar looks for its arguments in `template.plugin`. */
  readonly pluginName: string;
  /**
   * `reference`: what is constant of a driver's arguments stands in a workflow parameter that the driver server
   * reads. `value`: all arguments travel with the template, as KFP's compiler wrote them.
   */
  readonly passBy: 'reference' | 'value';
  /**
   * What becomes of drivers that exit hooks reach. After `argo stop` Argo runs exit hooks but no plugins in them, so
   * they stay pods unless asked otherwise.
   */
  readonly exitHooks: 'pod' | 'plugin';
  /** Environment variables of driver pods, beside those that KFP sets, that the driver server need not know. */
  readonly harmlessEnv: readonly string[];
}

export const defaultConvertOptions: ConvertOptions = {
  driverCommand: ['driver'],
  pluginName: 'driver-plugin',
  passBy: 'reference',
  exitHooks: 'pod',
  harmlessEnv: [],
};
