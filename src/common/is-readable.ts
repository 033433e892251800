import { accessSync, constants } from 'node:fs';
import type { Reader } from './settings.js';

/** Whether this process may read the file at a path. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A path whose file can be read. */
export function readableFile(): Reader<string> {
  return { form: 'a file that can be read', parse: (value) => (isReadable(value) ? { value } : undefined) };
}
