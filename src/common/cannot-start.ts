/** What a program that cannot start says on stderr: one line for each fault, an Error's message or a sentence. */
export function cannotStart(program: string, faults: readonly unknown[]): string {
  const lines = faults.map((fault) => `  - ${fault instanceof Error ? fault.message : String(fault)}\n`);
  return `${program} cannot start:\n${lines.join('')}`;
}
