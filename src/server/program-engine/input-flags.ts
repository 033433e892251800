import { type DriverType, driverTypeNames } from '../../contract/driver-type.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';

/** How a flag's value must look: `spec` is JSON text that newer programs would read from a file if it began with @. */
export type FlagKind = 'text' | 'spec' | 'integer' | 'bool';

/** A flag that a request may set. This table is the allow-list: no other flag ever comes from a request. */
export interface InputFlag {
  readonly name: string;
  readonly kind: FlagKind;
  /** The typed field's value as the program takes it; undefined when the request has none. */
  readonly of: (request: ExecuteRequest__Output) => string | undefined;
  /** Stands in where the request has no value and KFP does not tell absent from this; for these driver types. */
  readonly fallback?: (request: ExecuteRequest__Output) => string;
  readonly fallbackFor?: readonly DriverType[];
  /** Driver types that cannot run without a value: no default would be right. */
  readonly neededFor?: readonly DriverType[];
  /** Leaving the value out would make the user's pod weaker than its author was promised. */
  readonly protects?: boolean;
}

type ValueOf = InputFlag['of'];
type Rules = Omit<InputFlag, 'name' | 'kind' | 'of'>;

const flag = (name: string, kind: FlagKind, of: ValueOf, rules: Rules = {}): InputFlag => ({
  name,
  kind,
  of,
  ...rules,
});
const text = (value: number | boolean | undefined) => (value === undefined ? undefined : String(value));
const always = (value: string) => () => value;
const belowRoot: readonly DriverType[] = ['DAG', 'CONTAINER'];
const onlyRoot: readonly DriverType[] = ['ROOT_DAG'];

/**
 * The driver's input flags, KFP 2.5 to 3.0 (kubeflow/pipelines backend/src/v2/cmd/driver). With the creation time ""
 * the program looks it up in the workflow.
 */
export const inputFlags: readonly InputFlag[] = [
  flag('pipeline_name', 'text', (r) => r.pipeline_name, { neededFor: driverTypeNames }),
  flag('run_id', 'text', (r) => r.run_id, { neededFor: driverTypeNames }),
  flag('run_name', 'text', (r) => r.run_name, { fallback: (r) => r.workflow?.name ?? '' }),
  flag('run_display_name', 'text', (r) => r.run_display_name, { fallback: always('') }),
  flag('task_name', 'text', (r) => r.task_name, { fallback: always('') }),
  flag('component', 'spec', (r) => r.component, { neededFor: driverTypeNames }),
  flag('task', 'spec', (r) => r.task, { neededFor: belowRoot, fallback: always(''), fallbackFor: onlyRoot }),
  flag('container', 'spec', (r) => r.container, { neededFor: ['CONTAINER'] }),
  flag('runtime_config', 'spec', (r) => r.runtime_config, {
    fallback: always(''),
    fallbackFor: ['ROOT_DAG', 'DAG'],
  }),
  flag('kubernetes_config', 'spec', (r) => r.kubernetes_config, {
    fallback: always(''),
    fallbackFor: ['CONTAINER'],
  }),
  flag('runtime_args', 'spec', (r) => r.runtime_args),
  flag('dag_execution_id', 'integer', (r) => r.dag_execution_id, {
    neededFor: belowRoot,
    fallback: always('0'),
    fallbackFor: onlyRoot,
  }),
  flag('parent_task_id', 'text', (r) => r.parent_task_id, {
    neededFor: belowRoot,
    fallback: always(''),
    fallbackFor: onlyRoot,
  }),
  flag('iteration_index', 'integer', (r) => text(r.iteration_index), { fallback: always('-1') }),
  flag('cache_disabled', 'bool', (r) => text(r.cache_disabled), { fallback: always('false') }),
  flag('pipeline_job_create_time_utc', 'text', (r) => r.pipeline_job_create_time_utc, {
    fallback: always(''),
  }),
  flag(
    'pipeline_job_schedule_time_epoch_seconds',
    'integer',
    (r) => r.pipeline_job_schedule_time_epoch_seconds,
  ),
  flag('default_run_as_user', 'integer', (r) => r.default_run_as_user, { protects: true }),
  flag('default_run_as_group', 'integer', (r) => r.default_run_as_group, { protects: true }),
  flag('default_run_as_non_root', 'bool', (r) => text(r.default_run_as_non_root), { protects: true }),
  flag('default_host_users', 'bool', (r) => text(r.default_host_users), { protects: true }),
];
