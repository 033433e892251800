import { isJsonObject, type Json } from '../../common/json.js';
import { deepestNesting, nestingOf } from '../../common/json-text.js';
import {
  envelopeArguments,
  fieldNames,
  neverByReference,
} from '../../contract/arguments/driver-arguments.js';
import type { Argument } from '../../contract/arguments/read-argument.js';
import {
  type ArgumentFault,
  missingArguments,
  readArguments,
} from '../../contract/arguments/read-arguments.js';
import { driverTypeFromWire } from '../../contract/driver-type.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { invalidArgument } from '../invalid-argument.js';
import type { KnownWorkflow } from './workflow-parameters.js';

/** Throws INVALID_ARGUMENT for a run_id that is not the workflow's, where the workflow says which is its. */
export function checkRun({ run_id }: ExecuteRequest__Output, { runId }: KnownWorkflow): void {
  if (runId !== undefined && run_id !== runId) {
    throw invalidArgument([
      { field: 'run_id', description: "is not the workflow's run (its label pipeline/runid)" },
    ]);
  }
}

/**
 * A request with the arguments that its reference holds: as if all of them had been in the template. Throws a
 * StatusError, INVALID_ARGUMENT, whose sentence names each field that is wrong, for what the sidecar would have refused
 * by value. The run is checkRun's to look at.
 */
export function resolveRequest(
  request: ExecuteRequest__Output,
  workflow: KnownWorkflow,
): ExecuteRequest__Output {
  const { arguments_from: reference = '', ...rest } = request;
  const members = membersOf(workflow, reference);
  const faults: ArgumentFault[] = [];
  const given = readTexts(members, workflow, reference, faults);
  const { fields, untrustedOverrides, extraArgs } = readArguments(given, faults);
  const resolved: ExecuteRequest__Output = {
    ...fields,
    ...rest,
    ...mergedMap('untrusted_overrides', untrustedOverrides, rest.untrusted_overrides),
    ...mergedMap('extra_args', extraArgs, rest.extra_args),
  };
  const type = driverTypeFromWire(request.type);
  if (type !== undefined && faults.length === 0) {
    faults.push(...missingArguments(type, (name) => valueIn(resolved, name)));
  }
  if (faults.length > 0) {
    throw invalidArgument(faults.map(({ argument, fault }) => ({ field: argument, description: fault })));
  }
  return resolved;
}

function membersOf({ parameters }: KnownWorkflow, reference: string): readonly (readonly [string, Json])[] {
  const text = parameters.get(reference);
  if (text === undefined || text === null) {
    throw invalidReference(`names the workflow parameter ${quoted(reference)}, which ${absence(text)}`);
  }
  let value: Json;
  try {
    value = nestingOf(text) > deepestNesting ? null : JSON.parse(text);
  } catch {
    value = null;
  }
  if (!isJsonObject(value)) {
    throw invalidReference(
      `names the workflow parameter ${quoted(reference)}, whose value is no JSON object`,
    );
  }
  return Object.entries(value);
}

function absence(text: string | null | undefined): string {
  return text === null ? 'has no text of its own' : 'the workflow does not have';
}

function invalidReference(description: string) {
  return invalidArgument([{ field: 'arguments_from', description }]);
}

/** A name comes from a template: it is shown only where it looks like one. */
function quoted(name: string): string {
  return /^[\w.-]{1,128}$/.test(name) ? `"${name}"` : '(unreadable)';
}

/** The members as arguments: texts, or the values of the parameters that they name. */
function readTexts(
  members: readonly (readonly [string, Json])[],
  { parameters }: KnownWorkflow,
  reference: string,
  faults: ArgumentFault[],
): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>();
  const forbidden = [...envelopeArguments, ...neverByReference, ...fieldNames.keys(), 'arguments_from'];
  const of = ` (in the workflow parameter ${quoted(reference)})`;
  for (const [argument, member] of members) {
    if (forbidden.includes(argument)) {
      faults.push({ argument, fault: `cannot be given by reference${of}: pass it by value` });
      continue;
    }
    const name = isJsonObject(member) && Object.keys(member).length === 1 ? member['parameter'] : undefined;
    const text = typeof name === 'string' ? parameters.get(name) : member;
    if (typeof text === 'string') {
      given.set(argument, { value: text, text: JSON.stringify(text) });
    } else if (typeof name === 'string') {
      faults.push({
        argument,
        fault: `names the workflow parameter ${quoted(name)}, which ${absence(text as null | undefined)}`,
      });
    } else {
      faults.push({ argument, fault: `must be a text or {"parameter": NAME}${of}` });
    }
  }
  return given;
}

function mergedMap<Name extends string, Values extends object>(
  name: Name,
  referred: Values,
  given: object | null | undefined,
): { readonly [Key in Name]?: Values } {
  const merged = { ...referred, ...given };
  return (Object.keys(merged).length > 0 ? { [name]: merged } : {}) as { readonly [Key in Name]?: Values };
}

function valueIn(request: ExecuteRequest__Output, argument: string): unknown {
  const fields: Readonly<Record<string, unknown>> = { ...request };
  return fields[fieldNames.get(argument) ?? argument];
}
