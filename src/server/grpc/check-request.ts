import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { invalidArgument, type Violation } from '../invalid-argument.js';

/** Longest id, name or namespace, in UTF-16 units: Kubernetes' own end at 253. */
const maxNameLength = 512;

const maxShownFieldLength = 100;

/**
 * Refuses a request that no engine could drive: INVALID_ARGUMENT whose message and BadRequest details name every
 * fault. Values are not quoted.
 */
export function checkRequest(request: ExecuteRequest__Output): void {
  const violations = [
    ...faultsOfName('request_id', request.request_id),
    ...faultsOfName('workflow.name', request.workflow?.name),
    ...faultsOfName('workflow.namespace', request.workflow?.namespace),
    ...faultsOfName('workflow.uid', request.workflow?.uid),
    ...faultsOfType(request.type),
    ...faultsOfTexts('', request),
  ];
  if (violations.length > 0) {
    throw invalidArgument(violations);
  }
}

function faultsOfName(field: string, value: string | undefined): Violation[] {
  if (value === undefined || value === '') {
    return [{ field, description: 'is missing' }];
  }
  if (value.length > maxNameLength) {
    return [{ field, description: `is longer than ${maxNameLength} characters` }];
  }
  return [];
}

/** An enum number that this version of the contract does not know arrives as a number. */
function faultsOfType(type: ExecuteRequest__Output['type']): Violation[] {
  const field = 'type';
  if (type === undefined || type === 'DRIVER_TYPE_UNSPECIFIED') {
    return [{ field, description: 'is missing' }];
  }
  return typeof type === 'string'
    ? []
    : [{ field, description: `is ${type}, which this server does not know` }];
}

/** NUL ends a program's argument and a file's name: no engine may be given one. */
function faultsOfTexts(prefix: string, message: object): Violation[] {
  return Object.entries(message).flatMap(([name, value]): Violation[] => {
    const field = `${prefix}${name}`.slice(0, maxShownFieldLength).replaceAll('\0', '\\0');
    if (name.includes('\0')) {
      return [{ field, description: 'has NUL in its name' }];
    }
    if (typeof value === 'object') {
      return faultsOfTexts(`${field}.`, value);
    }
    return typeof value === 'string' && value.includes('\0') ? [{ field, description: 'contains NUL' }] : [];
  });
}
