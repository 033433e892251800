import { type Environment, readSettings } from '../../common/settings.js';
import { createResolver, type ResolveReferences } from './create-resolver.js';
import { kubernetesSettings } from './kubernetes-settings.js';
import { workflowParametersOf } from './workflow-parameters-of.js';

/** A resolver for a program that has no settings beside these. Throws an Error that lists every fault in them. */
export function resolverFromEnvironment(env: Environment): ResolveReferences {
  const { values, faults } = readSettings(kubernetesSettings, env);
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  return createResolver(workflowParametersOf(values));
}
