/**
 * What Argo's WorkflowTaskSet takes. One object holds every pending plugin template of a workflow and the results that
 * the controller has not taken up, and etcd refuses it above its limit: then templates are not handed out, or every
 * node of a patch ends in Error. https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/taskset.go
 */

/** etcd's --max-request-bytes, for the object and the request around it. */
export const taskSetLimitBytes = 1.5 * 1024 * 1024;

/**
 * Kept free for metadata, and for templates that nobody has seen yet. Not for managedFields, which Kubernetes leaves
 * out of an object that would be too large with them.
 */
export const taskSetReservedBytes = 96 * 1024;

/** What templates and results may take together. */
export const taskSetUsableBytes = taskSetLimitBytes - taskSetReservedBytes;

/** What a task takes beside its template: its node id, which is the workflow's name and a number. */
const bytesBesideTemplate = 64;
/** What the message of a task that waits takes beside its text: its node id again, and the phase. */
const bytesBesideMessage = 100;

/** Bytes of one pending template, from those of its JSON as Go writes it. */
export function pendingTaskBytes(templateBytes: number): number {
  return templateBytes + bytesBesideTemplate;
}

/** Bytes of the message that a pending task shows. */
export function pendingMessageBytes(message: string): number {
  return bytesBesideMessage + goJsonBytes(message);
}

/** What pending templates of so many bytes, as `pendingTaskBytes` counts them, mean for a workflow; undefined if nothing. */
export function describePendingTasks(pendingBytes: number): string | undefined {
  if (pendingBytes > taskSetUsableBytes) {
    return 'Argo keeps them in one object, and hangs without a word above 1.5 MiB';
  }
  return pendingBytes > taskSetUsableBytes - roomForAnswersBytes
    ? 'Argo keeps them in one object of 1.5 MiB with the results, so that answers have to wait for room in it'
    : undefined;
}

/** Answers of one patch, by the default of MAX_OUTPUT_BYTES. */
const roomForAnswersBytes = 512 * 1024;

/** Bytes of a JSON text as Go writes it: `<`, `>`, `&` and the two line separators become six bytes each. */
export function goJsonBytes(json: string, utf8Bytes = Buffer.byteLength(json)): number {
  let bytes = utf8Bytes;
  for (const { character, moreBytes } of writtenLonger) {
    // No expression, which takes twenty times as long where there is none, as in nearly every text.
    for (let at = json.indexOf(character); at !== -1; at = json.indexOf(character, at + 1)) {
      bytes += moreBytes;
    }
  }
  return bytes;
}

const writtenLonger = Array.from('<>&\u2028\u2029', (character) => ({
  character,
  moreBytes: 6 - Buffer.byteLength(character),
}));
