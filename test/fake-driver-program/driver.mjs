#!/usr/bin/env node
// Stands in for KFP's driver program: its flags by version, its files, its ends and its hang, and effects that are
// not idempotent. Settings, all from the environment: FAKE_DRIVER_VERSION (2.17), FAKE_DRIVER_EFFECTS (file: one JSON line
// per execution made), FAKE_DRIVER_CONCURRENCY (file: "+pid" and "-pid" lines), FAKE_DRIVER_DELAY_MS, FAKE_DRIVER_CONDITION
// (true), FAKE_DRIVER_METADATA (namespace: makes its executions in the ML Metadata of its flags, as KFP's driver does),
// FAKE_DRIVER_NAMED (1: container executions have names, as after KFP 2.17), FAKE_DRIVER_CACHED (1: every task's outputs
// are in the cache), FAKE_DRIVER_CALLS (file: one JSON line of flags per call), FAKE_DRIVER_MISBEHAVE (see misbehaviour; "by-task": as the task is named) and FAKE_DRIVER_MISBEHAVE_TASK (only the
// task of this name).
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flagsByVersion, loggingFlags, requiredFlags } from './flags-by-version.mjs';
import { parseGoFlags } from './go-flags.mjs';

const { env } = process;
const version = env.FAKE_DRIVER_VERSION ?? '2.17';
const has30 = version === '3.0';

const known = [...flagsByVersion[version], ...loggingFlags];
const parsed = parseGoFlags(known, process.argv.slice(2), 'driver');
if (parsed.exitCode !== undefined) {
  end(parsed.exitCode, parsed.stderr);
}
const flags = parsed.values;
const misbehaves =
  env.FAKE_DRIVER_MISBEHAVE_TASK === undefined || env.FAKE_DRIVER_MISBEHAVE_TASK === flags.task_name;
const misbehaviour = misbehaves ? chooseMisbehaviour() : undefined;

if (misbehaviour === 'bad-flag') {
  end(2, 'flag provided but not defined: -foo\nUsage of driver:\n');
}
note('+');
await drive();
note('-');

function chooseMisbehaviour() {
  return env.FAKE_DRIVER_MISBEHAVE === 'by-task' ? flags.task_name : env.FAKE_DRIVER_MISBEHAVE;
}

async function drive() {
  const missing = requiredFlags(version, flags.type).find((name) => flags[name] === undefined);
  if (missing !== undefined) {
    fail(`--${missing} is required for ${flags.type} but was not provided`);
  }
  log(`input ComponentSpec:${flags.component ?? ''}`);
  const specs = {
    component: readSpec('component', 'component spec'),
    task: readSpec('task', 'task spec'),
    container: readSpec('container', 'container spec'),
  };
  readSpec('runtime_config', 'runtime config');
  readSpec('kubernetes_config', 'Kubernetes config');
  await beforeWriting();
  const pvc = /^argostub\/(create|delete)pvc$/.test(specs.container?.image ?? '');
  const condition = conditionOf(specs.task);
  if (pvc) {
    await makeExecution(specs, condition, 'COMPLETE');
    await afterWriting();
    return write('condition_path', 'nil');
  }
  const execution = await makeExecution(specs, condition);
  await afterWriting();
  writeAnswer(execution, condition, specs);
}

async function beforeWriting() {
  if (misbehaviour === 'silent') {
    await sleep(2 ** 30);
  }
  if (misbehaviour === 'verdict') {
    failDriver(
      'failed to resolve inputs: resolving input parameter with spec component_input_parameter:"a": parent DAG does not have input parameter a',
    );
  }
  if (misbehaviour === 'loud') {
    writeSync(2, `${'{"spec": "secret"}\n'.repeat(600_000)}`);
  }
  if (misbehaviour === 'greedy') {
    await takeMemory();
  }
  if (misbehaviour === 'orphan') {
    await outlive();
  }
  if (!has30) {
    await reachMetadata(flags.mlmd_server_address, Number(flags.mlmd_server_port));
  }
  if (env.FAKE_DRIVER_DELAY_MS !== undefined) {
    await sleep(Number(env.FAKE_DRIVER_DELAY_MS));
  }
}

async function afterWriting() {
  if (misbehaviour === 'crash') {
    process.kill(process.pid, 'SIGKILL');
  }
  if (misbehaviour === 'mute') {
    end(1, 'something else: connection refused\n');
  }
  if (misbehaviour === 'hang-after-write') {
    await sleep(2 ** 30);
  }
  if (misbehaviour === 'unavailable') {
    failDriver(
      'failed to create execution: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:8080: connect: connection refused"',
    );
  }
  if (misbehaviour === 'panic') {
    note('-');
    end(
      2,
      'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 [running]:\nmain.main()\n\tFILE:125 +0x1fc\n',
    );
  }
  if (misbehaviour === 'crash' || misbehaviour === 'silent') {
    await sleep(2 ** 30);
  }
}

/** ML Metadata's client tries again for ever, without a word. */
async function reachMetadata(host, port) {
  for (;;) {
    const reached = await new Promise((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (reached) {
      return;
    }
    await sleep(200);
  }
}

async function takeMemory() {
  const taken = [];
  // A real driver that goes wrong takes more, but what kills it looks every few milliseconds.
  while (taken.length < 128) {
    taken.push(Buffer.alloc(8 << 20, 1));
    await sleep(5);
  }
}

async function outlive() {
  const { spawn } = await import('node:child_process');
  spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { stdio: 'inherit' }).unref();
}

/** Writes an execution, as ML Metadata would keep it, and gives its id. Only the root driver finds its own again. */
async function makeExecution({ task }, condition, state) {
  const name = flags.task_name || task?.taskInfo?.name || '';
  if (env.FAKE_DRIVER_METADATA !== undefined) {
    return writeIntoMetadata(name, task, condition, state);
  }
  const parent = flags.dag_execution_id ?? flags.parent_task_id ?? '0';
  const effect = {
    type: flags.type,
    run: flags.run_id,
    parent,
    task: name,
    iteration: flags.iteration_index,
  };
  if (state !== undefined) {
    // A volume task: what it makes is no execution that anybody counts here.
    return undefined;
  }
  if (env.FAKE_DRIVER_CALLS !== undefined) {
    return { id: recordCall(effect), parent };
  }
  if (env.FAKE_DRIVER_EFFECTS === undefined) {
    return { id: 1 + Math.floor(Math.random() * 2 ** 30), parent };
  }
  const isRoot = ({ type, run }) => flags.type === 'ROOT_DAG' && type === 'ROOT_DAG' && run === flags.run_id;
  const known = readEffects().findIndex(isRoot);
  if (known >= 0) {
    return { id: known + 1, parent };
  }
  const token = `${process.pid}-${process.hrtime.bigint()}`;
  // One append is one line, whoever else appends: the line's number is the id.
  appendFileSync(env.FAKE_DRIVER_EFFECTS, `${JSON.stringify({ ...effect, token })}\n`);
  return { id: readEffects().findIndex((line) => line.token === token) + 1, parent };
}

async function writeIntoMetadata(name, task, condition, endState) {
  const { writeExecution } = await import('./write-execution.mjs');
  const isRoot = flags.type === 'ROOT_DAG';
  const parent = flags.dag_execution_id;
  const iteration = flags.iteration_index === '-1' ? undefined : flags.iteration_index;
  const isNamed = env.FAKE_DRIVER_NAMED === '1' && flags.type === 'CONTAINER';
  const cached = env.FAKE_DRIVER_CACHED === '1' && flags.type === 'CONTAINER';
  const state = endState ?? (condition === false ? 'CANCELED' : cached ? 'CACHED' : 'RUNNING');
  const execution = {
    type: flags.type,
    pipelineName: flags.pipeline_name,
    runId: flags.run_id,
    namespace: env.FAKE_DRIVER_METADATA,
    parentId: parent,
    name: isRoot ? '' : name,
    displayName: task?.taskInfo?.name ?? '',
    iteration,
    state,
    ...(isRoot && { executionName: `run/${flags.run_id}` }),
    ...(isNamed && { executionName: [parent, name, iteration ?? ''].join('/') }),
    ...(cached && { cachedExecutionId: '1' }),
  };
  const findsNamed = !isRoot || !['2.5', '2.14', '2.15', '2.16'].includes(version);
  try {
    const address = `${flags.mlmd_server_address}:${flags.mlmd_server_port}`;
    return { id: await writeExecution(address, execution, findsNamed), parent };
  } catch (error) {
    return failDriver(error.code === undefined ? error.message : rpcError(error));
  }
}

/** As Go's gRPC prints it. */
function rpcError({ code, message }) {
  return code === 14
    ? `rpc error: code = Unavailable desc = connection error: desc = "${message}"`
    : `rpc error: code = Internal desc = ${message}`;
}

/** Keeps a call's input flags. The task alone decides its id, so that two plays of one workflow make equal calls. */
function recordCall(effect) {
  const inputs = Object.entries(flags).filter(([name]) => !name.endsWith('_path'));
  appendFileSync(env.FAKE_DRIVER_CALLS, `${JSON.stringify(Object.fromEntries(inputs.sort()))}\n`);
  return Number.parseInt(createHash('sha256').update(JSON.stringify(effect)).digest('hex').slice(0, 7), 16);
}

function readEffects() {
  try {
    const lines = readFileSync(env.FAKE_DRIVER_EFFECTS, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  } catch (error) {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

function writeAnswer({ id }, condition, { task, container }) {
  if (misbehaviour === 'no-files') {
    return;
  }
  if (misbehaviour === 'no-utf8') {
    write(has30 ? 'parent_task_id_path' : 'execution_id_path', Buffer.from([0xff, 0xfe]));
    return;
  }
  write('execution_id_path', String(id));
  write('parent_task_id_path', `task-${id}`);
  write('condition_path', condition === undefined ? 'nil' : String(condition));
  if (flags.type !== 'CONTAINER') {
    return write('iteration_count_path', iterationCount(task));
  }
  if (condition === false) {
    return;
  }
  const cached = env.FAKE_DRIVER_CACHED === '1';
  write('cached_decision_path', String(cached));
  if (cached) {
    return;
  }
  write('pod_spec_patch_path', podSpecPatch(id, container));
}

function iterationCount(task) {
  const iterator = task?.parameterIterator ?? task?.artifactIterator;
  const isIteration = flags.iteration_index !== undefined && flags.iteration_index !== '-1';
  if (iterator === undefined || isIteration) {
    return '0';
  }
  const raw = iterator.items?.raw;
  // What only the run knows has two items here.
  return raw === undefined ? '2' : String(JSON.parse(raw).length);
}

function conditionOf(task) {
  if (task?.triggerPolicy?.condition === undefined) {
    return undefined;
  }
  return (env.FAKE_DRIVER_CONDITION ?? 'true') === 'true';
}

function podSpecPatch(id, container) {
  const command = ['/kfp-launcher/launch', '--executor_type', 'container', '--execution_id', String(id)];
  command.push('--pipeline_name', flags.pipeline_name, '--run_id', flags.run_id);
  for (const name of ['mlmd_server_address', 'mlmd_server_port', 'ml_pipeline_server_address']) {
    if (flags[name] !== undefined) {
      command.push(`--${name}`, flags[name]);
    }
  }
  const main = { name: 'main', image: container?.image ?? 'python:3.11', command: [...command, '--'] };
  const args = [...(container?.command ?? []), ...(container?.args ?? [])];
  const securityContext = runAs();
  return JSON.stringify({ containers: [{ ...main, args, resources: {}, ...securityContext }] });
}

function runAs() {
  const user = flags.default_run_as_user;
  return user === undefined || user === '-1' ? {} : { securityContext: { runAsUser: Number(user) } };
}

function readSpec(name, words) {
  let text = flags[name];
  if (text === undefined || text === '') {
    return undefined;
  }
  if (name === 'component' && text.startsWith('@')) {
    text = readFileSync(text.slice(1), 'utf8');
  }
  try {
    return JSON.parse(text);
  } catch {
    fail(
      `failed to unmarshal ${words}, error: proto: syntax error (line 1:1): unexpected token\n${name}: ${text}`,
    );
  }
}

function write(flag, content) {
  const path = flags[flag];
  if (path === undefined || path === '') {
    return;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, content);
}

function failDriver(cause) {
  const names = [`pipelineName=${flags.pipeline_name}, runID=${flags.run_id}`];
  if (flags.task_name) {
    names.push(`taskName=${JSON.stringify(flags.task_name)}`);
  }
  if (flags.dag_execution_id !== '0') {
    names.push(`dagExecutionID=${flags.dag_execution_id}`);
  }
  const driver = { ROOT_DAG: 'RootDAG', DAG: 'DAG', CONTAINER: 'Container' }[flags.type];
  fail(`driver.${driver}(${names.join(', ')}, componentSpec) failed: ${cause}`);
}

function fail(reason) {
  note('-');
  const opening = has30 ? 'Failed to execute driver' : 'KFP driver';
  end(1, `F1121 01:52:51.072295   ${process.pid} main.go:127] ${opening}: ${reason}\n`);
}

function log(line) {
  writeSync(2, `I1121 01:52:51.000000   ${process.pid} main.go:200] ${line}\n`);
}

function note(sign) {
  if (env.FAKE_DRIVER_CONCURRENCY !== undefined) {
    appendFileSync(env.FAKE_DRIVER_CONCURRENCY, `${sign}${process.pid}\n`);
  }
}

function end(exitCode, stderr) {
  writeSync(2, stderr);
  process.exit(exitCode);
}
