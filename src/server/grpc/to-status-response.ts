import { status as grpcStatus, Metadata, type StatusObject } from '@grpc/grpc-js';
import { writeStatusDetails } from '../../contract/status-details.js';
import { StatusError } from '../../contract/status-error.js';

/** Trailers hold the message twice and percent-encoded; HTTP/2 peers bound them, Node to 64 KiB. */
const maxMessageLength = 4096;

/** Turns anything thrown into what a grpc-js handler answers with: a status, one sentence, and its details as trailers. */
export function toStatusResponse(thrown: unknown): StatusObject {
  const { status, message: wholeMessage, details } = StatusError.from(thrown);
  const message = wholeMessage.slice(0, maxMessageLength).toWellFormed();
  const metadata = new Metadata();
  writeStatusDetails(metadata, status, message, details);
  return { code: grpcStatus[status], details: message, metadata };
}
