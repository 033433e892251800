import { StatusError } from '../contract/status-error.js';

/** A status travels in HTTP/2 trailers, which peers bound to some kilobytes. */
const maxNamedFaults = 20;

/** What is wrong with one field: `description` completes the sentence that `field` begins. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** INVALID_ARGUMENT that names each field and its fault, in the message and in the details. */
export function invalidArgument(violations: readonly Violation[]): StatusError {
  const named = violations.slice(0, maxNamedFaults);
  const sentences = named.map(({ field, description }) => `${field} ${description}`);
  if (named.length < violations.length) {
    sentences.push(`${violations.length - named.length} more faults`);
  }
  return new StatusError('INVALID_ARGUMENT', sentences.join('; '), { details: { fieldViolations: named } });
}
