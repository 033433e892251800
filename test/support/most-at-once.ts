/** How many fakes ran at once, from the lines of FAKE_DRIVER_CONCURRENCY. */
export function mostAtOnce(notes: string): number {
  let running = 0;
  let most = 0;
  for (const note of notes.trim().split('\n')) {
    running += note.startsWith('+') ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}
