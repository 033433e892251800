import type { StartedStore } from './metadata-stores.js';

/** What KFP's launcher does to an execution: reads, changes and writes the whole. */
export async function asLauncher(
  { call }: Pick<StartedStore, 'call'>,
  id: string,
  state: 'RUNNING' | 'COMPLETE' | 'FAILED',
  podName = 'pod-1',
): Promise<void> {
  const { executions } = await call('GetExecutionsByID', { execution_ids: [id] });
  const [execution] = executions;
  const outputs = { struct_value: { fields: { out: { stringValue: 'x' } } } };
  await call('PutExecution', {
    execution: {
      ...execution,
      last_known_state: state,
      custom_properties: {
        ...execution.custom_properties,
        pod_name: { string_value: podName },
        ...(state === 'COMPLETE' && { outputs }),
      },
    },
  });
}
