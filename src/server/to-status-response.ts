import { status as grpcStatus, Metadata, type StatusObject } from '@grpc/grpc-js';
import { writeStatusDetails } from '../contract/status-details.js';
import { StatusError } from '../contract/status-error.js';

/** Turns anything thrown into what a grpc-js handler answers with: a status, one sentence, and its details as trailers. */
export function toStatusResponse(thrown: unknown): StatusObject {
  const { status, message, details } = StatusError.from(thrown);
  const metadata = new Metadata();
  writeStatusDetails(metadata, status, message, details);
  return { code: grpcStatus[status], details: message, metadata };
}
