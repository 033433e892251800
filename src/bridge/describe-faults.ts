import type { ArgumentFault } from '../contract/arguments/read-arguments.js';

/** One sentence for each way of being wrong, naming all its arguments: a node's message has little room. */
export function describeFaults(faults: readonly ArgumentFault[]): string[] {
  const argumentsOf = new Map<string, string[]>();
  for (const { argument, fault } of faults) {
    argumentsOf.set(fault, [...(argumentsOf.get(fault) ?? []), JSON.stringify(argument)]);
  }
  return [...argumentsOf].map(([fault, names]) =>
    names.length === 1
      ? `argument ${names.join()} ${fault}`
      : `each of the arguments ${names.join(', ')} ${fault}`,
  );
}
