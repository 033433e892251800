import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/common/json.js';
import { readManifest } from '../../src/workflow/read-manifest.js';
import { sharedFolder } from './shared-folder.js';

export const stockFolder = sharedFolder('kfp-stock');

export interface StockWorkflow {
  /** "VERSION/FILE" */
  readonly file: string;
  readonly workflow: JsonObject;
}

/** Workflows as the compilers of five KFP versions wrote them; `version` narrows it to one. */
export function stockWorkflows(version?: string): readonly StockWorkflow[] {
  if (stockFolder.skip !== false) {
    return [];
  }
  return readdirSync(stockFolder.path)
    .filter((folder) => version === undefined || folder === version)
    .flatMap((folder) => readdirSync(join(stockFolder.path, folder)).map((name) => join(folder, name)))
    .map((file) => ({ file, workflow: readManifest(readFileSync(join(stockFolder.path, file), 'utf8')) }));
}

/** One of them. */
export function stockWorkflow(file: string): JsonObject {
  return readManifest(readFileSync(join(stockFolder.path, file), 'utf8'));
}
