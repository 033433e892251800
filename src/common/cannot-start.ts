import { errorText } from './error-text.js';

/** What a program that cannot start says on stderr: one line for each fault, an Error's message or a sentence. */
export function cannotStart(program: string, faults: readonly unknown[]): string {
  return `${program} cannot start:\n${faults.map((fault) => `  - ${errorText(fault)}\n`).join('')}`;
}
