import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A folder beside the project with recordings of real Argo and KFP. A user's clone has none, and its tests skip. */
export function sharedFolder(name: string): { readonly path: string; readonly skip: string | false } {
  const path = fileURLToPath(new URL(`../../../../shared/${name}/`, import.meta.url));
  return { path, skip: existsSync(path) ? false : `../shared/${name} is not here` };
}
