// Writes a driver's execution into ML Metadata, as kubeflow/pipelines backend/src/v2/metadata/client.go does (GetPipeline,
// GetDAG, CreateExecution).
import { connectMetadataStore } from './metadata-client.mjs';

const alreadyExists = 6;
const pipelineType = 'system.Pipeline';
const runType = 'system.PipelineRun';
export const typeNames = {
  ROOT_DAG: 'system.DAGExecution',
  DAG: 'system.DAGExecution',
  CONTAINER: 'system.ContainerExecution',
};

const text = (value) => ({ string_value: value });
const int = (value) => ({ int_value: String(value) });

/**
 * Resolves with the execution's id. `execution`: {type, pipelineName, runId, namespace, parentId, name, displayName,
 * iteration, iterationCount, state, executionName, cachedExecutionId}. Rejects with "exists" where its name is taken and
 * `findsNamed` is false, and with "unknown DAG" where the parent is not there.
 */
export async function writeExecution(address, execution, findsNamed) {
  const store = connectMetadataStore(address, 'driver');
  try {
    return await write(store.call, execution, findsNamed);
  } finally {
    store.close();
  }
}

async function write(call, execution, findsNamed) {
  const isRoot = execution.type === 'ROOT_DAG';
  const pipeline = await contextOf(call, pipelineType, execution.pipelineName, {});
  const run = await contextOf(call, runType, execution.runId, {
    namespace: text(isRoot ? execution.namespace : ''),
    resource_name: text(isRoot ? 'run-resource' : ''),
  });
  if (!isRoot) {
    const { executions = [] } = await call('GetExecutionsByID', { execution_ids: [execution.parentId] });
    if (executions.length !== 1) {
      throw new Error('unknown DAG');
    }
  }
  const type_name = typeNames[execution.type];
  const { type_id } = await call('PutExecutionType', { execution_type: { name: type_name } });
  const written = { ...withProperties(execution), type_id };
  try {
    const { execution_id } = await call('PutExecution', { execution: written, contexts: [pipeline, run] });
    await call('GetExecutionsByID', { execution_ids: [execution_id] });
    return execution_id;
  } catch (error) {
    if (error.code !== alreadyExists) {
      throw error;
    }
    if (!findsNamed) {
      throw new Error('exists');
    }
    const named = { type_name, execution_name: execution.executionName };
    return (await call('GetExecutionByTypeAndName', named)).execution.id;
  }
}

function withProperties(execution) {
  const properties = {
    display_name: text(execution.displayName),
    task_name: text(execution.name),
    inputs: { struct_value: { fields: { a: { stringValue: 'b' } } } },
  };
  if (execution.type !== 'ROOT_DAG') {
    properties.parent_dag_id = int(execution.parentId);
  }
  if (execution.iteration !== undefined) {
    properties.iteration_index = int(execution.iteration);
  }
  if (execution.iterationCount !== undefined) {
    properties.iteration_count = int(execution.iterationCount);
  }
  if (execution.type === 'CONTAINER') {
    Object.assign(properties, {
      pod_name: text(''),
      pod_uid: text(''),
      namespace: text(''),
      image: text(''),
    });
  }
  if (execution.cachedExecutionId !== undefined) {
    properties.cached_execution_id = text(execution.cachedExecutionId);
  }
  const name = execution.executionName;
  return {
    last_known_state: execution.state,
    custom_properties: properties,
    ...(name !== undefined && { name }),
  };
}

/** Gets a context, or makes it; another driver may make it at the same time. */
async function contextOf(call, type, name, properties) {
  const known = await call('GetContextByTypeAndName', { type_name: type, context_name: name });
  if (known.context !== undefined) {
    return known.context;
  }
  const { type_id } = await call('PutContextType', { context_type: { name: type } });
  await call('PutContexts', { contexts: [{ type_id, name, custom_properties: properties }] }).catch(
    (error) => {
      if (error.code !== alreadyExists) {
        throw error;
      }
    },
  );
  return (await call('GetContextByTypeAndName', { type_name: type, context_name: name })).context;
}
