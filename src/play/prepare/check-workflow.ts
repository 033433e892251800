import { isJsonObject, type Json, type JsonObject, listOf } from '../../common/json.js';
import type { WorkflowSpec } from '../../workflow/workflow.js';
import { checkHooks, checkTemplateName } from './check-call.js';
import { checkTemplate } from './check-template.js';
import { expectOnly, expectText, refuse } from './refusal.js';

/** What a walk follows. */
const followed = [
  'arguments',
  'entrypoint',
  'hooks',
  'onExit',
  'parallelism',
  'podMetadata',
  'priority',
  'serviceAccountName',
  'templateDefaults',
  'templates',
];

/** What changes nothing about a walk: it concerns pods, other workflows, or what becomes of this one afterwards. */
const immaterial = [
  'affinity',
  'archiveLogs',
  'artifactGC',
  'artifactRepositoryRef',
  'automountServiceAccountToken',
  'dnsConfig',
  'dnsPolicy',
  'executor',
  'executorPlugins',
  'hostAliases',
  'hostNetwork',
  'imagePullSecrets',
  'metrics',
  'nodeSelector',
  'podDisruptionBudget',
  'podGC',
  'podPriority',
  'podPriorityClassName',
  'podSpecPatch',
  'schedulerName',
  'securityContext',
  'synchronization',
  'tolerations',
  'ttlStrategy',
  'volumeClaimGC',
  'volumeClaimTemplates',
  'volumes',
];

/** Throws an Error of one sentence for anything that a walk could not follow as Argo would. */
export function checkWorkflow(spec: Json): WorkflowSpec {
  if (!isJsonObject(spec)) {
    return refuse('the workflow has no spec');
  }
  expectOnly(spec, [...followed, ...immaterial], 'the workflow');
  expectText(spec['entrypoint'], 'the entrypoint');
  const tag = /\{\{\s*=/.exec(JSON.stringify(spec));
  if (tag !== null) {
    refuse('the workflow has an expression tag ({{=...}}), which is not evaluated here');
  }
  const templates = listOf(spec['templates']).filter(isJsonObject);
  const names = new Set(templates.map((template) => expectText(template['name'], 'a template name')));
  if (names.size < templates.length) {
    refuse('two templates have the same name');
  }
  for (const template of templates) {
    checkTemplate(template, names);
  }
  checkExits(spec, names);
  const filled = templates.map((template) => ({ inputs: {}, outputs: {}, metadata: {}, ...template }));
  return asSpec({ ...spec, templates: filled });
}

/** The checks above are the proof; TypeScript cannot follow them through JSON. */
function asSpec(spec: object): WorkflowSpec {
  return spec as WorkflowSpec;
}

function checkExits(spec: JsonObject, names: ReadonlySet<string>): void {
  const where = 'the workflow';
  const hook = checkHooks(spec, where);
  for (const name of [spec['entrypoint'], hook?.['template'], spec['onExit']]) {
    checkTemplateName(name, names, where);
  }
}
