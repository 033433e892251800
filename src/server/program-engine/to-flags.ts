import type { DriverType } from '../../contract/driver-type.js';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { StatusError } from '../../contract/status-error.js';
import { toStatusError } from '../drive-failure.js';
import { type ArgumentLimits, refuseTooLarge, sizeOf } from './argument-size.js';
import { driverTypeOf } from './driver-type-of.js';
import type { DriverProgram } from './flags-of-program.js';
import { type InputFlag, inputFlags } from './input-flags.js';
import { refuseLargeSpecs } from './spec-size.js';

export type FlagValue = readonly [name: string, value: string];

/** What the server's own settings give to the program. Whatever a request asks for these, it is not heard. */
export interface ServerFlags {
  /** By flag name; a flag that the program does not know is left out. */
  readonly own: Readonly<Record<string, string>>;
  /** True if every task is driven without the cache, whatever its request says. */
  readonly cacheDisabled: boolean;
  /** True if this version reads `--component=@FILE`. */
  readonly componentFromFile: boolean;
}

/** The flags of one run, without those of its output files. */
export interface DriverFlags {
  readonly type: DriverType;
  readonly flags: readonly FlagValue[];
  /** The component's text where it is too large for an argument: it goes into a file of the call's folder. */
  readonly componentText?: string;
  /** Names of values in the request that this program is not given. */
  readonly leftOut: readonly string[];
  /** All flags as bytes of the program's arguments. */
  readonly bytes: number;
}

/**
 * Turns a request into the program's flags, or throws a StatusError: INVALID_ARGUMENT for a value that no driver may
 * get, FAILED_PRECONDITION for a request that this version of the program cannot serve.
 */
export function toFlags(
  request: ExecuteRequest__Output,
  program: DriverProgram,
  server: ServerFlags,
  limits: ArgumentLimits,
): DriverFlags {
  const type = driverTypeOf(request);
  const { given, leftOut } = givenValues(request);
  const flags: FlagValue[] = [['type', type]];
  for (const flag of inputFlags) {
    const value = given.get(flag.name) ?? fallbackOf(flag, request, type);
    if (program.flags.has(flag.name)) {
      refuseMissing(flag, value, type, program);
      if (value !== undefined) {
        flags.push([flag.name, checked(flag, value)]);
      }
    } else if (given.has(flag.name)) {
      refuseUnprotected(flag, program);
      leftOut.push(flag.name);
    }
  }
  refuseLargeSpecs(flags, limits.specBytes);
  flags.push(...ownFlags(request, program, server));
  return { type, leftOut, ...fitted(flags, server, limits) };
}

/** The request's values by flag name. Extra arguments count only under a name on the list, and a typed field wins. */
function givenValues(request: ExecuteRequest__Output): { given: Map<string, string>; leftOut: string[] } {
  const extras = new Map(Object.entries(request.extra_args ?? {}));
  const given = new Map<string, string>();
  for (const { name, of } of inputFlags) {
    const typed = of(request);
    const value = typed ?? extras.get(name);
    if (value !== undefined) {
      given.set(name, value);
    }
    if (typed === undefined) {
      extras.delete(name);
    }
  }
  return { given, leftOut: [...extras.keys()] };
}

function fallbackOf(flag: InputFlag, request: ExecuteRequest__Output, type: DriverType): string | undefined {
  const applies = flag.fallbackFor?.includes(type) ?? true;
  return applies ? flag.fallback?.(request) : undefined;
}

function refuseMissing(
  flag: InputFlag,
  value: string | undefined,
  type: DriverType,
  program: DriverProgram,
): void {
  if (value !== undefined || flag.neededFor?.includes(type) !== true) {
    return;
  }
  throw toStatusError({
    status: 'FAILED_PRECONDITION',
    reason: 'BAD_REQUEST',
    message:
      `the request has no ${flag.name}, which the ${type} driver of ${program.version} needs: ` +
      'was the workflow compiled for another version of KFP?',
    retry: 'safe',
    metadata: { flag: flag.name, version: program.version },
  });
}

function refuseUnprotected(flag: InputFlag, program: DriverProgram): void {
  if (flag.protects !== true) {
    return;
  }
  throw toStatusError({
    status: 'FAILED_PRECONDITION',
    reason: 'FLAG_UNKNOWN',
    message:
      `the workflow sets ${flag.name}, which the driver of ${program.version} does not know: ` +
      "without it the task's pod would be less protected; give the server a newer driver, or unset it",
    retry: 'safe',
    metadata: { flag: flag.name, version: program.version },
  });
}

const forms = {
  integer: { pattern: /^-?\d{1,19}$/, says: 'must be a whole number' },
  bool: { pattern: /^(true|false)$/, says: 'must be true or false' },
  // Newer programs read the file after an @, any file of the server.
  spec: { pattern: /^(?!@)/, says: 'must be JSON text: it may not begin with @' },
  text: { pattern: /^/, says: '' },
} as const;

function checked(flag: InputFlag, value: string): string {
  const form = forms[flag.kind];
  const description = value.includes('\0') ? 'has a NUL' : form.pattern.test(value) ? undefined : form.says;
  if (description === undefined) {
    return value;
  }
  throw new StatusError('INVALID_ARGUMENT', `${flag.name} ${description}`, {
    details: { fieldViolations: [{ field: flag.name, description }] },
  });
}

function ownFlags(
  request: ExecuteRequest__Output,
  program: DriverProgram,
  server: ServerFlags,
): readonly FlagValue[] {
  const namespace = request.workflow?.namespace ?? '';
  const own = Object.entries({ ...server.own, namespace });
  return own.filter(([name]) => program.flags.has(name));
}

function fitted(
  asked: readonly FlagValue[],
  server: ServerFlags,
  limits: ArgumentLimits,
): Pick<DriverFlags, 'flags' | 'componentText' | 'bytes'> {
  const forced = asked.map(
    (flag): FlagValue =>
      flag[0] === 'cache_disabled' && server.cacheDisabled ? ['cache_disabled', 'true'] : flag,
  );
  const component = forced.find(([name]) => name === 'component');
  if (component === undefined || !server.componentFromFile || sizeOf(component) <= limits.argumentBytes) {
    return { flags: forced, bytes: refuseTooLarge(forced, limits) };
  }
  const flags = forced.filter((flag) => flag !== component);
  return { flags, componentText: component[1], bytes: refuseTooLarge(flags, limits) + sizeOf(component) };
}
