import { readVersion } from '../../common/version.js';
import { countOutcomes, type Finding } from '../run-checks.js';
import type { Scope } from '../scope.js';

/** Findings as one JSON document. */
export function toJson(findings: readonly Finding[], { namespace, controllerNamespace }: Scope): string {
  const document = {
    version: readVersion(),
    namespace,
    controllerNamespace,
    counts: countOutcomes(findings),
    checks: findings,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
