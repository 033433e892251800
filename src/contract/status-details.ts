import { status as grpcStatus, type Metadata } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { rpcSchema } from './generated/schemas/rpc.js';
import type { Status, StatusDetails } from './status-error.js';

/** Trailer that carries a serialized google.rpc.Status (https://google.aip.dev/193). */
const detailsTrailer = 'grpc-status-details-bin';
const typeUrlPrefix = 'type.googleapis.com/';

let rpcRoot: protobuf.Root | undefined;

/** The messages of google.rpc, made when the first status with details comes: most programs never see one. */
function loadRpc(): protobuf.Root {
  rpcRoot ??= protobuf.Root.fromJSON(rpcSchema);
  return rpcRoot;
}

type Detail = Readonly<Record<string, unknown>>;

/** Adds a status's details to call metadata; metadata without details stays as it is. */
export function writeStatusDetails(
  metadata: Metadata,
  status: Status,
  message: string,
  details: StatusDetails,
): void {
  const packed = detailMessages(details).map(([name, value]) => ({
    type_url: `${typeUrlPrefix}google.rpc.${name}`,
    value: encode(name, value),
  }));
  if (packed.length === 0) {
    return;
  }
  metadata.set(
    detailsTrailer,
    Buffer.from(encode('Status', { code: grpcStatus[status], message, details: packed })),
  );
}

function detailMessages(details: StatusDetails): [string, Detail][] {
  const messages: [string, Detail][] = [];
  if (details.retryDelayMs !== undefined) {
    const seconds = Math.floor(details.retryDelayMs / 1000);
    const nanos = Math.round((details.retryDelayMs - seconds * 1000) * 1e6);
    messages.push(['RetryInfo', { retry_delay: { seconds, nanos } }]);
  }
  if (details.errorInfo !== undefined) {
    messages.push(['ErrorInfo', details.errorInfo]);
  }
  if (details.fieldViolations !== undefined) {
    messages.push(['BadRequest', { field_violations: details.fieldViolations }]);
  }
  if (details.localizedMessage !== undefined) {
    messages.push(['LocalizedMessage', { locale: 'en', message: details.localizedMessage }]);
  }
  return messages;
}

/** Reads the details of a status from its trailers. Whatever cannot be read is left out: a server's details help, no more. */
export function readStatusDetails(metadata: Metadata): StatusDetails {
  let details: StatusDetails = {};
  for (const serialized of metadata.get(detailsTrailer)) {
    for (const any of tryDecode('Status', serialized)?.details ?? []) {
      details = { ...details, ...readDetail(any) };
    }
  }
  return details;
}

function readDetail(any: DecodedAny): StatusDetails {
  const name = (any.type_url ?? '').slice(typeUrlPrefix.length + 'google.rpc.'.length);
  if (!Object.hasOwn(detailReaders, name)) {
    return {};
  }
  const detail = tryDecode(name, any.value ?? new Uint8Array());
  const read = detailReaders[name];
  return detail === undefined || read === undefined ? {} : read(detail);
}

const detailReaders: Readonly<Record<string, (detail: DecodedDetail) => StatusDetails>> = {
  RetryInfo: ({ retry_delay: delay }) =>
    delay === undefined ? {} : { retryDelayMs: Number(delay.seconds ?? 0) * 1000 + (delay.nanos ?? 0) / 1e6 },
  ErrorInfo: ({ reason = '', domain = '', metadata = {} }) => ({ errorInfo: { reason, domain, metadata } }),
  BadRequest: ({ field_violations: violations = [] }) => ({
    fieldViolations: violations.map(({ field: name = '', description = '' }) => ({
      field: name,
      description,
    })),
  }),
  LocalizedMessage: ({ message = '' }) => ({ localizedMessage: message }),
};

interface DecodedAny {
  type_url?: string;
  value?: Uint8Array;
}

/** The union of the fields above, as protobufjs decodes them without defaults. */
interface DecodedDetail {
  details?: DecodedAny[];
  retry_delay?: { seconds?: string; nanos?: number };
  reason?: string;
  domain?: string;
  metadata?: Record<string, string>;
  field_violations?: { field?: string; description?: string }[];
  message?: string;
}

function encode(name: string, value: Detail): Uint8Array {
  const type = loadRpc().lookupType(`google.rpc.${name}`);
  return type.encode(type.fromObject(value)).finish();
}

function tryDecode(name: string, serialized: string | Uint8Array): DecodedDetail | undefined {
  if (typeof serialized === 'string') {
    return undefined;
  }
  const type = loadRpc().lookupType(`google.rpc.${name}`);
  try {
    return type.toObject(type.decode(serialized), { longs: String });
  } catch {
    return undefined;
  }
}
