/**
 * Argo's task set object as agent and controller use it: pending templates in it, results patched into it once per
 * interval, and both taken out by the controller an interval later. A patch that would make it larger than etcd
 * takes is refused, and its nodes end in Error, as in Argo
 * (https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/agent.go).
 */
export interface TaskSetObject {
  addTask(name: string, body: string): void;
  /** The agent's result of a task, for its next patch. */
  giveResult(name: string, reply: string): void;
  succeeded(): number;
  refusedPatches(): number;
  /** The most that the object ever had. */
  largestBytes(): number;
  stop(): void;
}

const etcdLimitBytes = 1.5 * 1024 * 1024;
/** What stands around a task: its id in two maps, and metadata. */
const aroundBytes = 60;

export function startTaskSetObject(patchMs: number): TaskSetObject {
  const templates = new Map<string, number>();
  const results = new Map<string, number>();
  let unpatched = new Map<string, number>();
  let [succeeded, refusedPatches, largestBytes] = [0, 0, 0];
  const sum = (bytes: Iterable<number>) => [...bytes].reduce((total, each) => total + each + aroundBytes, 0);
  const patch = () => {
    const patched = unpatched;
    unpatched = new Map();
    const bytes = sum(templates.values()) + sum(results.values()) + sum(patched.values());
    if (bytes > etcdLimitBytes) {
      refusedPatches += 1;
      return;
    }
    largestBytes = Math.max(largestBytes, bytes);
    for (const [name, size] of patched) {
      results.set(name, size);
    }
    setTimeout(() => {
      for (const name of patched.keys()) {
        templates.delete(name);
        results.delete(name);
        succeeded += 1;
      }
    }, patchMs * 0.9);
  };
  const timer = setInterval(patch, patchMs);
  return {
    addTask: (name, body) =>
      void templates.set(name, Buffer.byteLength(JSON.stringify(JSON.parse(body).template))),
    giveResult: (name, reply) =>
      void unpatched.set(name, Buffer.byteLength(JSON.stringify(JSON.parse(reply).node))),
    succeeded: () => succeeded,
    refusedPatches: () => refusedPatches,
    largestBytes: () => largestBytes,
    stop: () => clearInterval(timer),
  };
}
