import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { type StartedStore, type StoreKind, skipOf, startStore } from '../../support/metadata-stores.js';

const text = (string_value: string) => ({ string_value });
const int = (value: number) => ({ int_value: String(value) });

/** Calls one after the other, with what the earlier ones answered. Fields that the stores choose are left out. */
async function play(store: StartedStore): Promise<unknown[]> {
  const seen: unknown[] = [];
  const call = async (method: string, request: object) => {
    const answer = await store.call(method, request).catch((error: ServiceError) => ({
      failed: grpcStatus[error.code],
    }));
    seen.push([method, withoutChosen(answer)]);
    return answer;
  };
  const dag = 'system.DAGExecution';
  const run = { type_name: 'system.PipelineRun', context_name: 'run-1' };
  await call('GetContextByTypeAndName', run);
  await call('GetExecutionByTypeAndName', { type_name: dag, execution_name: 'run/run-1' });
  await call('GetExecutionType', { type_name: dag });
  const { type_id } = await call('PutExecutionType', { execution_type: { name: dag } });
  const again = await call('PutExecutionType', { execution_type: { name: dag } });
  seen.push(again.type_id === type_id);
  const { type_id: other } = await call('PutExecutionType', { execution_type: { name: 'system.Other' } });
  const { type_id: runType } = await call('PutContextType', { context_type: { name: 'system.PipelineRun' } });
  await call('GetContextByTypeAndName', run);
  const context = { type_id: runType, name: 'run-1', custom_properties: { namespace: text('kubeflow') } };
  await call('PutContexts', { contexts: [context] });
  await call('PutContexts', { contexts: [context] });
  const { context: known } = await call('GetContextByTypeAndName', run);
  const root = { type_id, name: 'run/run-1', last_known_state: 'RUNNING', custom_properties: {} };
  await call('PutExecution', { execution: root, contexts: [known] });
  await call('PutExecution', { execution: root, contexts: [known] });
  const found = await call('GetExecutionByTypeAndName', { type_name: dag, execution_name: 'run/run-1' });
  const parent = Number(found.execution.id);
  const ids: string[] = [];
  for (const [index, name] of ['loop', 'loop', ''].entries()) {
    const custom_properties = {
      task_name: text(name),
      parent_dag_id: int(parent),
      iteration_index: int(index),
      inputs: { struct_value: { fields: { a: { stringValue: 'b' } } } },
    };
    const execution = { type_id, last_known_state: 'RUNNING', custom_properties };
    ids.push((await call('PutExecution', { execution, contexts: [known] })).execution_id);
  }
  const list = (filter_query: string, more: object = {}) =>
    call('GetExecutionsByContext', {
      context_id: known.id,
      options: { max_result_size: 100, filter_query, ...more },
    });
  const below = 'custom_properties.parent_dag_id.int_value';
  const [id = ''] = ids;
  await list(`${below} = ${parent}`);
  await list(`${below} = ${parent} AND custom_properties.iteration_index.int_value = 1`);
  await list(`${below} IN (${parent}, -${parent})`);
  await list(`${below} = -${parent}`);
  const named = 'custom_properties.task_name.string_value';
  await list(`${below} = ${parent} AND (${named} = "loop" OR ${named} = "")`);
  await list(
    `${below} = ${parent} AND custom_properties.iteration_index.int_value = 1 AND (${named} = "loop" OR ${named} = "")`,
  );
  await list(`${below} = ${parent} AND (${named} = "another" OR ${named} = "")`);
  await list('no filter');
  const first = await list(`${below} = ${parent}`, { max_result_size: 2 });
  await list(`${below} = ${parent}`, { max_result_size: 2, next_page_token: first.next_page_token });
  const change = (execution: object, ...paths: string[]) =>
    call('PutExecutions', { executions: [execution], update_mask: { paths } });
  const record = { custom_properties: { driver_plugin_record_v1: text('{}') } };
  await change({ id, type_id, ...record }, 'custom_properties.driver_plugin_record_v1');
  await change({ id, type_id: other, ...record }, 'custom_properties.driver_plugin_record_v1');
  await change({ id: '99999', type_id, ...record }, 'custom_properties.driver_plugin_record_v1');
  const voided = { last_known_state: 'CANCELED', custom_properties: { parent_dag_id: int(-parent) } };
  await change({ id, type_id, ...voided }, 'custom_properties.parent_dag_id', 'last_known_state');
  await call('GetExecutionsByID', { execution_ids: [id, '99999'] });
  await list(`${below} = ${parent}`);
  return seen;
}

const chosen = ['id', 'type_id', 'type', 'next_page_token', 'context_ids', 'execution_id', 'execution_ids'];

/** Ids, times and page tokens are the store's own; that they are there is not. */
function withoutChosen(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutChosen);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([name]) => !/_time_since_epoch$/.test(name));
  const plain = entries.filter(
    ([name, member]) => !(Array.isArray(member) && member.length === 0) && name !== 'type',
  );
  return Object.fromEntries(
    plain.map(([name, member]) => [
      name,
      chosen.includes(name) || name === 'parent_dag_id' ? 'chosen' : withoutChosen(member),
    ]),
  );
}

const start = async (t: TestContext, kind: StoreKind) => play(await startStore(t, kind));

test("the fake of ML Metadata answers every call of the drivers and of the ledger as ML Metadata's own store does", {
  skip: skipOf('real'),
}, async (t) => {
  assert.deepEqual(await start(t, 'fake'), await start(t, 'real'));
});

test("each field of the server's own definition has the number and the type that the fake's has", () => {
  const root = new URL('../../../../', import.meta.url);
  const parse = (path: string) => {
    const { root: parsed } = protobuf.parse(readFileSync(new URL(path, root), 'utf8'), { keepCase: true });
    return parsed.lookup('ml_metadata') as protobuf.Namespace;
  };
  const [ours, whole] = [
    parse('proto/ml_metadata/metadata_store_service.proto'),
    parse('test/fake-driver-program/metadata_store.proto'),
  ];
  const types = ours.nestedArray.filter((nested) => nested instanceof protobuf.Type);
  assert.ok(types.length > 10);
  const differing = types.flatMap((type) =>
    type.fieldsArray.flatMap(({ name, id, type: fieldType }) => {
      // Where one request serves two methods in the fake's definition, its name differs.
      const same = (whole.get(type.name) ?? whole.get('GetTypeRequest')) as protobuf.Type;
      const field = same.fields[name];
      return field?.id === id && field.type === fieldType ? [] : [`${type.name}.${name}`];
    }),
  );
  assert.deepEqual(differing, []);
});
