import { toLogText } from '../common/log-fields.js';
import type { ArgumentFault } from '../contract/arguments/read-arguments.js';

/** One sentence for each way of being wrong, naming all its arguments: a node's message has little room. */
export function describeFaults(faults: readonly ArgumentFault[]): string[] {
  const argumentsOf = new Map<string, string[]>();
  for (const { argument, fault } of faults) {
    const names = argumentsOf.get(fault) ?? [];
    names.push(JSON.stringify(toLogText(argument)));
    argumentsOf.set(fault, names);
  }
  return [...argumentsOf].map(([fault, names]) =>
    names.length === 1
      ? `argument ${names.join()} ${fault}`
      : `each of the arguments ${names.join(', ')} ${fault}`,
  );
}
