/** Runs so many tasks at a time, the others in the order of their coming. */
export interface WorkerPool<T> {
  submit(task: T): void;
  isIdle(): boolean;
}

export function createWorkerPool<T>(
  workers: number,
  run: (task: T) => Promise<void>,
  onIdle: () => void,
): WorkerPool<T> {
  const queue: T[] = [];
  let busy = 0;
  const work = async (): Promise<void> => {
    busy += 1;
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      await run(task);
    }
    busy -= 1;
    if (busy === 0) {
      onIdle();
    }
  };
  return {
    submit: (task) => {
      queue.push(task);
      if (busy < workers) {
        void work();
      }
    },
    isIdle: () => busy === 0 && queue.length === 0,
  };
}
