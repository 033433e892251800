import { gzipSync } from 'node:zlib';
import { parseExecuteTemplate } from '../../../src/argo/parse-execute-template.js';
import { toDriverRequest } from '../../../src/bridge/to-driver-request.js';
import type { JsonObject } from '../../../src/common/json.js';
import type { ExecuteRequest } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import { executeMethod } from '../../../src/server/grpc/received-request.js';
import { frame } from '../../../test/support/raw-calls.js';
import type { Dice } from '../../chaos/dice.js';
import type { FuzzInput, Target } from '../fuzz-input.js';
import { canary } from '../mutate/hostile-values.js';
import { mutateJson } from '../mutate/mutate-json.js';
import { mutateMessage } from '../mutate/mutate-message.js';
import { damageBytes } from '../mutate/mutate-text.js';
import { drawSeed, templateBodies } from '../seeds.js';
import { connectGrpc, staysOpen } from './grpc-wire.js';
import { readCallEnd } from './read-call-end.js';

/** Requests of DriverService.Execute to the driver server. */
export function grpcTarget(): Target {
  const seeds = templateBodies().flatMap(toRequests);
  const requestOf = (seed: ExecuteRequest | undefined, index: number): ExecuteRequest => ({
    request_id: `fuzz-${index}`,
    ...structuredClone(seed),
  });
  return {
    name: 'grpc',
    make: (dice, index) => {
      const request = requestOf(drawSeed(seeds, dice), index);
      const message = dice.chance(0.5)
        ? mutateFields(request, dice)
        : mutateMessage(withoutCanary(request), dice);
      return frameOf(message, dice);
    },
    pristine: (index) => {
      const seed = index % seeds.length;
      const bytes = frame(executeMethod.requestSerialize(requestOf(seeds[seed], index) as never));
      return { seed, input: { bytes, headers: {} } };
    },
    connect: (address) => connectGrpc(address, readCallEnd),
  };
}

function toRequests(body: string): ExecuteRequest[] {
  const parsed = parseExecuteTemplate(body, 'driver-plugin');
  const message = parsed.kind === 'ours' ? toDriverRequest(parsed.template).request?.message : undefined;
  return message === undefined ? [] : [message];
}

/** Damaged bytes may be read as another field, which may be shown. */
function withoutCanary(request: ExecuteRequest): Buffer {
  const text = JSON.stringify(request).replaceAll(canary, 'x'.repeat(canary.length));
  return executeMethod.requestSerialize(JSON.parse(text));
}

/** A message whose fields have hostile values, as far as protobuf can carry them. */
function mutateFields(request: ExecuteRequest, dice: Dice): Buffer {
  const mutated = mutateJson(structuredClone(request) as JsonObject, dice);
  try {
    return executeMethod.requestSerialize(mutated as never);
  } catch {
    return mutateMessage(withoutCanary(request), dice);
  }
}

const oddHeaders: readonly [FuzzInput['headers'], ...FuzzInput['headers'][]] = [
  { 'grpc-timeout': '1n' },
  { 'grpc-timeout': '99999999H' },
  { 'grpc-timeout': 'soon' },
  { 'grpc-encoding': 'gzip' },
  { 'grpc-encoding': 'snappy' },
  { 'content-type': 'application/json' },
  { 'content-type': 'application/grpc+json' },
  { authorization: 'Bearer x' },
  { 'x-data-bin': '%%%' },
  { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
  { 'x-long': 'x'.repeat(7_000) },
  { ':path': '/kfp.driver.v1.DriverService/execute' },
  { ':path': '/' },
];

/** One in so many keeps a place of the few that are read at once until it is late. */
const openShare = 0.002;
const bomb = gzipSync(Buffer.alloc(8 << 20));

/** Mostly as gRPC frames a message; now and then not. */
function frameOf(message: Buffer, dice: Dice): FuzzInput {
  const whole = frame(message);
  if (dice.chance(0.9)) {
    return { bytes: whole, headers: {} };
  }
  const variants: readonly [() => FuzzInput, ...(() => FuzzInput)[]] = [
    () => ({ bytes: whole, headers: dice.pick(oddHeaders) }),
    () => ({ bytes: whole, headers: dice.pick(oddHeaders) }),
    () => ({ bytes: Buffer.alloc(0), headers: {} }),
    () => ({ bytes: Buffer.concat([whole, whole]), headers: {} }),
    () => ({ bytes: whole.subarray(0, dice.between(0, whole.length - 1)), headers: {} }),
    () => ({ bytes: damageBytes(whole.subarray(0, 5), dice), headers: {} }),
    () => ({ bytes: frame(gzipSync(message), true), headers: { 'grpc-encoding': 'gzip' } }),
    () => ({ bytes: frame(message, true), headers: { 'grpc-encoding': 'gzip' } }),
    () => ({ bytes: frame(bomb, true), headers: { 'grpc-encoding': 'gzip' } }),
    () => ({ bytes: frame(message, true), headers: {} }),
  ];
  return dice.chance(openShare)
    ? { bytes: whole.subarray(0, dice.between(0, whole.length - 1)), headers: { [staysOpen]: '1' } }
    : dice.pick(variants)();
}
