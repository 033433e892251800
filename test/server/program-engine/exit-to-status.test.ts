import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitTable, exitToStatus, type RunFacts } from '../../../src/server/program-engine/exit-to-status.js';
import { createRetryAfterWrite } from '../../../src/server/program-engine/retry-after-write.js';
import type { ProgramEnd } from '../../../src/server/program-engine/run-program.js';

const run: RunFacts = {
  type: 'CONTAINER',
  version: 'KFP 2.17',
  timeoutMs: 540_000,
  maxMemoryBytes: 268_435_456,
  retryAfterWrite: createRetryAfterWrite(true),
  pipelineName: 'hello',
  runId: 'run-1',
  authored: [],
};

const glog = (text: string) =>
  `I1121 01:52:51.000000   7 main.go:200] input ComponentSpec:{"secret": 1}\nF1121 01:52:51.072295   12844 main.go:127] ${text}\n`;
const opening = (pipelineName = 'hello') =>
  `driver.Container(pipelineName=${pipelineName}, runID=run-1, taskDisplayName="a \\"b\\"", taskName="print", ` +
  'component="comp-print", dagExecutionID=7, iterationIndex=0, runtimeConfig, componentSpec, KubernetesExecutorConfig) failed: ';
const kfp = (cause: string) => glog(`KFP driver: ${opening()}${cause}`);

const ended = (more: Partial<ProgramEnd>): ProgramEnd => ({
  ...{
    exitCode: undefined,
    signal: undefined,
    stoppedFor: undefined,
    kernelKilled: false,
    stderr: '',
    outputBytes: 0,
    programMs: 1,
  },
  ...more,
});
const exit = (exitCode: number, stderr: string) => ended({ exitCode, stderr });

const outOfMemory =
  "the driver was killed for its memory, above 268435456 bytes (DRIVER_PROGRAM_MEMORY) or above the pod's";

type Expected = [status: string, reason: string, retry: string, message: string];
const rows: [name: string, row: string, end: ProgramEnd, expected: Expected][] = [
  [
    'a driver over its budget',
    'it was stopped over its budget',
    ended({ signal: 'SIGTERM', stoppedFor: 'timeout' }),
    [
      ...(['DEADLINE_EXCEEDED', 'DRIVER_TIMED_OUT', 'unsafe'] as const),
      'the driver was stopped after 540 s (DRIVER_PROGRAM_TIMEOUT_SECONDS)',
    ],
  ],
  [
    'a driver stopped with the server',
    'it was stopped because the server ends',
    ended({ signal: 'SIGTERM', stoppedFor: 'shutdown' }),
    [
      ...(['ABORTED', 'SERVER_ENDING', 'unsafe'] as const),
      'the driver was stopped, because the driver server ends',
    ],
  ],
  [
    'a driver whose server lost its lease',
    'it was stopped because the right to drive is lost',
    ended({ signal: 'SIGKILL', stoppedFor: 'lease' }),
    [
      ...(['ABORTED', 'LEASE_LOST', 'unsafe'] as const),
      'the driver was stopped, because the driver server lost its lease',
    ],
  ],
  [
    'a driver over its memory',
    'it took too much memory',
    ended({ signal: 'SIGKILL', stoppedFor: 'memory' }),
    ['RESOURCE_EXHAUSTED', 'DRIVER_OUT_OF_MEMORY', 'unsafe', outOfMemory],
  ],
  [
    'a driver that the kernel killed for memory',
    'it took too much memory',
    ended({ signal: 'SIGKILL', kernelKilled: true }),
    ['RESOURCE_EXHAUSTED', 'DRIVER_OUT_OF_MEMORY', 'unsafe', outOfMemory],
  ],
  [
    'a driver that gave up for want of memory',
    'it took too much memory',
    exit(2, 'fatal error: runtime: out of memory\n\nruntime stack:\n'),
    ['RESOURCE_EXHAUSTED', 'DRIVER_OUT_OF_MEMORY', 'unsafe', outOfMemory],
  ],
  [
    'a killed driver',
    'a signal killed it',
    ended({ signal: 'SIGKILL', stderr: kfp('boom') }),
    ['ABORTED', 'DRIVER_KILLED', 'unsafe', 'the driver was killed by SIGKILL'],
  ],
  [
    'an unknown flag',
    'it refused a flag',
    exit(2, 'flag provided but not defined: -foo\nUsage of driver:\n  -x\n'),
    ['INTERNAL', 'FLAG_REFUSED', 'safe', 'the driver of KFP 2.17 refused the flag foo'],
  ],
  [
    'a value of the wrong type',
    'it refused a flag',
    exit(2, 'invalid value "SECRET \\" for flag -type" for flag -iteration_index: parse error\nUsage'),
    ['INTERNAL', 'FLAG_REFUSED', 'safe', 'the driver of KFP 2.17 refused the flag iteration_index'],
  ],
  [
    'a boolean of the wrong type',
    'it refused a flag',
    exit(2, 'invalid boolean value "x" for -cache_disabled: parse error\n'),
    ['INTERNAL', 'FLAG_REFUSED', 'safe', 'the driver of KFP 2.17 refused the flag cache_disabled'],
  ],
  [
    'a panic',
    'it panicked',
    exit(
      2,
      'I1 main.go:1] {"a": "panic: no"}\npanic: runtime error: index out of range {"secret": 1}\n\ngoroutine 1 [running]:\n',
    ),
    [
      ...(['INTERNAL', 'DRIVER_PANICKED', 'unsafe'] as const),
      'the driver panicked: runtime error: index out of range {...}',
    ],
  ],
  [
    'a fatal error of the runtime',
    'it panicked',
    exit(2, 'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [running]:\n'),
    [
      ...(['INTERNAL', 'DRIVER_PANICKED', 'unsafe'] as const),
      'the driver panicked: all goroutines are asleep - deadlock!',
    ],
  ],
  [
    'a verdict',
    'it gave its verdict',
    exit(1, kfp('failed to resolve inputs: parent DAG does not have input parameter a')),
    [
      ...(['FAILED_PRECONDITION', 'DRIVER_VERDICT', 'unsafe'] as const),
      'KFP driver: failed to resolve inputs: parent DAG does not have input parameter a',
    ],
  ],
  [
    'a verdict before the driver began',
    'it gave its verdict',
    exit(
      1,
      glog('KFP driver: failed to unmarshal task spec, error: unexpected token\ntask: {"a": "SECRET"}'),
    ),
    [
      ...(['FAILED_PRECONDITION', 'DRIVER_VERDICT', 'unsafe'] as const),
      'KFP driver: failed to unmarshal task spec, error: unexpected token',
    ],
  ],
  [
    'a verdict of KFP 3.0',
    'it gave its verdict',
    exit(1, glog('Failed to execute driver: task name for non Root dag could not be resolved')),
    [
      ...(['FAILED_PRECONDITION', 'DRIVER_VERDICT', 'unsafe'] as const),
      'KFP driver: task name for non Root dag could not be resolved',
    ],
  ],
  [
    'an exit 1 without a word of KFP',
    'it ended in any other way',
    exit(1, 'something else: connection refused\n'),
    [
      ...(['INTERNAL', 'DRIVER_FAILED', 'unsafe'] as const),
      'the driver ended with exit code 1 and gave no reason',
    ],
  ],
  [
    'an exit 2 without a word',
    'it ended in any other way',
    exit(2, ''),
    [
      ...(['INTERNAL', 'DRIVER_FAILED', 'unsafe'] as const),
      'the driver ended with exit code 2 and gave no reason',
    ],
  ],
];

for (const [name, row, end, [status, reason, retry, message]] of rows) {
  test(`${name} is ${status}, ${retry}`, () => {
    assert.equal(exitTable.find(({ read }) => read(end, run) !== undefined)?.when, row);
    const error = exitToStatus(end, run);
    assert.equal(error.status, status);
    assert.equal(error.message, message);
    assert.equal(error.details.errorInfo?.reason, reason);
    assert.equal(error.details.errorInfo?.metadata['retry'], retry);
    assert.equal(error.details.retryDelayMs, undefined);
  });
}

test('every row of the table has a case here', () => {
  const tested = new Set(rows.map(([, row]) => row)).add("it failed for a cause of the platform's");
  assert.deepEqual(
    exitTable.map(({ when }) => when).filter((when) => !tested.has(when)),
    [],
  );
});

test('a root driver over its memory is not invited to take it again', () => {
  const error = exitToStatus(ended({ signal: 'SIGKILL', stoppedFor: 'memory' }), {
    ...run,
    type: 'ROOT_DAG',
  });
  assert.equal(error.details.errorInfo?.metadata['retry'], 'unsafe');
});

test('after a killed root driver of an older KFP a re-send is not safe: it would not find its execution', () => {
  const older = { ...run, type: 'ROOT_DAG', retryAfterWrite: createRetryAfterWrite(false) } as const;
  const error = exitToStatus(ended({ signal: 'SIGKILL' }), older);
  assert.equal(error.details.errorInfo?.metadata['retry'], 'unsafe');
});

test('after a killed root driver a re-send is safe: it finds its execution again', () => {
  const error = exitToStatus(ended({ signal: 'SIGKILL' }), { ...run, type: 'ROOT_DAG' });
  assert.equal(error.details.errorInfo?.metadata['retry'], 'safe');
});

const platformCauses: [name: string, cause: string][] = [
  [
    'gRPC: ML Metadata away',
    'failed GetContextByTypeAndName(): rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.0.9:8080: connect: connection refused"',
  ],
  [
    'gRPC: a deadline',
    'failed to put execution: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  ],
  [
    'gRPC: a conflict in the store',
    'failed to put: rpc error: code = Aborted desc = Concurrent creation of the same node',
  ],
  [
    'gRPC: the store broke',
    'failed to put: rpc error: code = Internal desc = mysql_query failed: errno: 2013',
  ],
  ['gRPC: too many', 'x: rpc error: code = ResourceExhausted desc = quota of the server'],
  ['gRPC: credentials', 'x: rpc error: code = Unauthenticated desc = token expired'],
  ['net: refused', 'failed to list: dial tcp 10.0.0.1:443: connect: connection refused'],
  ['net: no such host', 'failed: dial tcp: lookup metadata-grpc-service on 10.96.0.10:53: no such host'],
  ['net: timeout', 'failed: dial tcp 10.0.0.1:443: i/o timeout'],
  ['net: reset', 'failed: read tcp 10.0.0.2:4711->10.0.0.1:443: read: connection reset by peer'],
  [
    'Kubernetes: a request',
    'failed to get config map: Get "https://10.96.0.1:443/api/v1/namespaces/kubeflow/configmaps/kfp-launcher": EOF',
  ],
  [
    'Kubernetes: no rights',
    'persistentvolumeclaims is forbidden: User "system:serviceaccount:kubeflow:driver" cannot create resource',
  ],
  ['Kubernetes: etcd', 'failed to create PVC: etcdserver: request timed out'],
  [
    'Kubernetes: throttled',
    'failed: the server has received too many requests and has asked us to try again later',
  ],
  ['Kubernetes: not authorized', 'failed to get pod: Unauthorized'],
  ['Kubernetes: no configuration', 'failed to initialize kubernetes client set: no config'],
  ['a context deadline', 'failed to wait for the cache: context deadline exceeded'],
  [
    'TLS',
    'failed to connect: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
];

for (const [name, cause] of platformCauses) {
  test(`a cause of the platform's is UNAVAILABLE: ${name}`, () => {
    const error = exitToStatus(exit(1, kfp(cause)), run);
    assert.equal(error.status, 'UNAVAILABLE');
    assert.equal(error.details.errorInfo?.reason, 'PLATFORM_CAUSE');
    assert.equal(error.details.errorInfo?.metadata['retry'], 'unsafe');
    const root = exitToStatus(exit(1, kfp(cause)), { ...run, type: 'ROOT_DAG' });
    assert.equal(root.details.errorInfo?.metadata['retry'], 'safe');
  });
}

const unavailable = 'rpc error: code = Unavailable desc = ';
const pipelinesFault: [name: string, stderr: string, more: Partial<RunFacts>][] = [
  ['gRPC: not found', kfp('x: rpc error: code = NotFound desc = no such execution'), {}],
  [
    'gRPC: a message that is too large',
    kfp('x: rpc error: code = ResourceExhausted desc = grpc: received message larger than max'),
    {},
  ],
  ['a task that is named after an outage', kfp('failed: task "connection refused" has no output'), {}],
  [
    'a parameter that is named after one',
    kfp('parent DAG does not have input parameter connection_refused_unavailable'),
    {},
  ],
  [
    'a pipeline whose name is an error',
    glog(`KFP driver: ${opening(`x) failed: ${unavailable}y`)}no such input`),
    { pipelineName: `x) failed: ${unavailable}y` },
  ],
  [
    'a pipeline whose name has more than one line',
    glog(`KFP driver: ${opening(`x\nF1121 main.go:1] KFP driver: ${unavailable}`)}no such input`),
    {
      pipelineName: `x\nF1121 main.go:1] KFP driver: ${unavailable}`,
      authored: [`x\nF1121 main.go:1] KFP driver: ${unavailable}`],
    },
  ],
  [
    'a parameter whose name is an error',
    kfp(`parent DAG does not have input parameter a: ${unavailable}`),
    { authored: [`{"a: ${unavailable}": {}}`] },
  ],
  [
    'a parameter whose name is a request',
    kfp('parent DAG does not have input parameter : Get "https://x": '),
    { authored: ['{": Get \\"https://x\\": ": {}}'] },
  ],
];

for (const [name, stderr, more] of pipelinesFault) {
  test(`the pipeline's own fault stays FAILED_PRECONDITION: ${name}`, () => {
    assert.equal(exitToStatus(exit(1, stderr), { ...run, ...more }).status, 'FAILED_PRECONDITION');
  });
}

const shown: [name: string, cause: string, message: string][] = [
  [
    'a spec in prototext',
    'with spec task_output_parameter:{producer_task:"a"  value:{string_value:"SECRET"}}: no output',
    'with spec task_output_parameter:{...}: no output',
  ],
  ['JSON that is never closed', 'failed to parse {"a": {"b": "SECRET"', 'failed to parse {...'],
  ['JSON in a quote', 'failed to parse "{\\"a\\": \\"SECRET\\"}" as x', 'failed to parse "..." as x'],
  ['a long quote', `value "${'SECRET'.repeat(20)}" is bad`, 'value "..." is bad'],
  ['a list', 'inputs [SECRET SECRET] differ', 'inputs [...] differ'],
  ['control characters', 'a\tb\u0007c', 'a b c'],
];

for (const [name, cause, message] of shown) {
  test(`a reason is shown without ${name}`, () => {
    assert.equal(exitToStatus(exit(1, kfp(cause)), run).message, `KFP driver: ${message}`);
  });
}

test('a long reason ends after 500 bytes, between two characters', () => {
  const { message } = exitToStatus(exit(1, kfp('ä'.repeat(1_000))), run);
  assert.match(message, /^KFP driver: ä+\.\.\.$/);
  assert.ok(Buffer.byteLength(message) <= 512);
});
