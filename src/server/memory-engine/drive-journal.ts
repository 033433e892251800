import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import type { ExecuteRequest__Output } from '../../contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../contract/generated/kfp/driver/v1/ExecuteResponse.js';
import { fingerprintOfRequest, keyOfRequest } from '../fingerprint-request.js';
import { invalidArgument } from '../invalid-argument.js';
import type { Json } from '../memory-engine/parse-spec.js';

/** One drive, as a line of the ids file: whose it was, its answer, and the inputs its children will look for. */
export interface Drive {
  readonly requestId: string;
  readonly namespace: string;
  readonly uid: string;
  readonly type: string;
  readonly task: string;
  readonly fingerprint: string;
  readonly response: ExecuteResponse;
  /** Known inputs of a DAG; absent for a container, which has no children. */
  readonly inputs?: readonly (readonly [string, Json])[];
}

/** Where drives are written down, so that a request_id is driven once even if the process was killed. */
export interface DriveJournal {
  /** Drives of earlier processes, in their order. */
  readonly loaded: readonly Drive[];
  /** The answer that a request had; INVALID_ARGUMENT if its id belongs to another request. */
  readonly find: (request: ExecuteRequest__Output) => ExecuteResponse | undefined;
  readonly append: (drive: Drive) => void;
}

/** A journal that remembers nothing: the ledger alone tells repeats. */
export const noJournal: DriveJournal = { loaded: [], find: () => undefined, append: () => {} };

/**
 * Opens a journal of one JSON line per drive. It holds input values and patches, as its log never does. A torn last
 * line, left by a killed process, is a drive that never was, and is cut off. Throws on any other damage.
 */
export function openDriveJournal(file: string): DriveJournal {
  const loaded = existsSync(file) ? loadLines(file) : [];
  const drives = new Map<string, Drive>(loaded.map((drive) => [keyOfDrive(drive), drive]));
  return {
    loaded,
    find: (request) => {
      const drive = drives.get(keyOfRequest(request));
      if (drive !== undefined && drive.fingerprint !== fingerprintOfRequest(request)) {
        const description = 'was used before, for a request with another content';
        throw invalidArgument([{ field: 'request_id', description }]);
      }
      return drive?.response;
    },
    append: (drive) => {
      appendFileSync(file, `${JSON.stringify(drive)}\n`, { mode: 0o600 });
      drives.set(keyOfDrive(drive), drive);
    },
  };
}

function keyOfDrive({ namespace, uid, requestId }: Drive): string {
  return keyOfRequest({ workflow: { namespace, uid }, request_id: requestId });
}

function loadLines(file: string): Drive[] {
  const bytes = readFileSync(file);
  const wholeBytes = bytes.lastIndexOf('\n') + 1;
  if (wholeBytes < bytes.length) {
    truncateSync(file, wholeBytes);
  }
  const lines = bytes.subarray(0, wholeBytes).toString().split('\n').slice(0, -1);
  return lines.map((line, index) => parseLine(line, `line ${index + 1} of ${file}`));
}

function parseLine(line: string, place: string): Drive {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${place} is damaged: move the file away, or name another one`, { cause });
  }
}
