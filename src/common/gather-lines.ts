let isGathering = false;

/**
 * What is written to standard output from now on goes to the system at the end of this round of the event loop, in one
 * piece: a line by itself is a system call of its own. Nothing is lost where the process exits before.
 */
export function gatherLines(): void {
  if (isGathering) {
    return;
  }
  isGathering = true;
  process.stdout.cork();
  const write = () => {
    isGathering = false;
    process.off('exit', write);
    process.stdout.uncork();
  };
  process.once('exit', write);
  setImmediate(write);
}
