import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/common/json.js';
import { readManifest } from '../../../src/workflow/read-manifest.js';
import { pathOf } from '../subjects/programs.js';

export const exampleFile = pathOf('examples/stock/clean-and-report.yaml');

/** A workflow as KFP's compiler wrote it, of some 10 KB. */
export function exampleWorkflow(): JsonObject {
  return readManifest(readFileSync(exampleFile, 'utf8'));
}
