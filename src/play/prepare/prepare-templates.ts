import { isJsonObject, type JsonObject } from '../../common/json.js';
import { templateKinds } from '../../workflow/template-kinds.js';
import type { Template, TemplateMetadata, WorkflowSpec } from '../../workflow/workflow.js';

/** The templates by name, with what the workflow adds to each: `templateDefaults`, then `podMetadata`. */
export function prepareTemplates(spec: WorkflowSpec): ReadonlyMap<string, Template> {
  return new Map(
    spec.templates.map((template) => {
      const merged = withDefaults(template, spec.templateDefaults);
      return [template.name, { ...merged, metadata: withPodMetadata(merged.metadata, spec.podMetadata) }];
    }),
  );
}

function withDefaults(template: Template, defaults: Partial<Template> | undefined): Template {
  if (defaults === undefined) {
    return template;
  }
  const foreign = templateKinds.filter((kind) => !Object.hasOwn(template, kind));
  const merged = Object.entries(mergeObjects({ ...defaults }, { ...template }));
  const own = merged.filter(([key]) => !foreign.includes(key));
  return { ...template, ...Object.fromEntries(own) };
}

/** The second object wins; lists are taken whole. */
function mergeObjects(base: object, over: object): JsonObject {
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isJsonObject(below) && isJsonObject(value) ? mergeObjects(below, value) : value;
  }
  return merged;
}

function withPodMetadata(own: TemplateMetadata, pod: TemplateMetadata | undefined): TemplateMetadata {
  const annotations = { ...pod?.annotations, ...own.annotations };
  const labels = { ...pod?.labels, ...own.labels };
  return {
    ...own,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
