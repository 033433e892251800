/** Path of the program that runs, for a process that starts itself again with another command. */
export function ownProgram(): string {
  return process.argv[1] ?? '';
}
