/**
 * Every field of a log line beside timestamp, level and message, with what it means. Both programs take their names
 * from here, so that one query finds a task in the logs of both. `status` is a gRPC status, `phase` an Argo node's.
 */
export const logFields = {
  // Whose task.
  workflow: 'name of the Argo workflow',
  namespace: 'its namespace',
  uid: 'its uid',
  template: 'name of the Argo template',
  node: 'name of the Argo node, where the template says it',
  task: 'name of the KFP task',
  type: "which of KFP's drivers",
  requestId: 'request_id of the attempt, the same in both programs',
  attempt: 'number of the attempt at the task, from 1',

  // How it ended.
  status: 'gRPC status',
  phase: 'phase of the Argo node in the reply; absent where the reply has none',
  waitsFor: 'what a reply without a final phase waits for',
  reason: 'why, as a word of ErrorInfo or a sentence',
  httpStatus: 'HTTP status of a refusal',
  faults: 'how many faults a refused template has',
  failedCalls: 'calls of the attempt that failed',
  repeat: 'whether the call was a repeat, and what it got',
  clientGone: 'the client cancelled, went away or ran out of its deadline',
  cached: "whether the driver found the task in KFP's cache",
  exitCode: 'exit code of the driver program',
  signal: 'signal that ended a process',
  unset: 'outputs that an engine left unset',
  argument: 'name of an argument',

  // Times and sizes.
  ms: 'milliseconds from the request to its answer',
  attemptMs: 'milliseconds of the whole attempt',
  programMs: 'milliseconds of the driver program',
  queueMs: 'milliseconds in the queue before it',
  graceMs: 'milliseconds that a drain may take',
  bytesIn: 'bytes of the request',
  bytesOut: 'bytes of the answer',
  outputBytes: 'bytes that the driver program printed',
  leftOut: 'arguments that the driver program was not given',

  // The ledger.
  executions: 'ids of executions in ML Metadata',

  // The webhook.
  operation: 'what a request would do to a workflow',
  name: "name of the request's workflow",
  generateName: 'beginning of a name that is yet to be made',
  dryRun: 'whether the request changes nothing',
  outcome: 'what became of an admission request, or of looking a task up',
  templates: 'how many templates were converted',
  certificateNotAfter: 'when the certificate that is shown ends',

  // The programs themselves.
  version: 'version of this build, or of the driver program',
  driverVersion: 'version of the driver program',
  program: 'path of the driver program',
  flags: 'how many flags the driver program has',
  folder: 'path of a folder of the server',
  secret: 'name of a Kubernetes Secret, never what it holds',
  swept: 'folders of an earlier process that were removed',
  ended: 'driver programs of an earlier process that were ended',
  engine: 'engine of the driver server',
  ledger: 'where the driver server keeps what was driven',
  outage: 'why the engine cannot drive',
  lease: 'name of the Lease whose holder drives',
  identity: "the server's own name in it",
  state: 'whether the server waits for its Lease, holds it, has lost it or given it back',
  holder: 'who holds it',
  transitions: 'how often it has changed hands',
  killed: 'drivers that were killed',
  address: 'where the program listens',
  adminAddress: 'where its admin port does',
  driver: 'the driver server as it is called',
  tls: 'whether the way there is encrypted',
  peer: 'address of a caller',
  callsInFlight: 'calls at the driver',
  forgotten: 'answers that were forgotten early',
  keptEntries: 'answers that are kept',
  keptBytes: 'bytes of them',
  usedBytes: 'bytes that are in use',
  limitBytes: 'the limit that they come near',
  error: 'name of an error',
  errorCode: 'its code',
  errorStack: 'where it came from',
  text: 'what a library says',
} as const satisfies Readonly<Record<string, string>>;

export type LogField = keyof typeof logFields;
type LogValue = string | number | boolean | undefined;

/** Facts of one log line: ids, names, statuses, sizes, times. Never arguments, patches, tokens. */
export interface LogFacts extends Readonly<Partial<Record<LogField, LogValue>>> {}

/** Longest name or id in a log line, UTF-16 units: whoever writes a workflow chooses them. */
const longestLogText = 200;

/** A name or id as a log line may have it. */
export function toLogText(text: string): string {
  return text.length <= longestLogText ? text : `${text.slice(0, longestLogText - 3)}...`;
}
