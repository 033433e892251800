import type { Workflow } from '../../workflow/workflow.js';
import { rfc3339 } from '../go/rfc3339.js';
import { formatTime } from './format-time.js';
import type { Lookup } from './replace-tags.js';

/** The `{{workflow.*}}` variables: fixed facts, and those that a running workflow adds (status, outputs). */
export interface GlobalParameters {
  readonly lookup: Lookup;
  set(name: string, value: string): void;
}

/** https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/operator.go (setGlobalParameters) */
export function createGlobalParameters({ metadata, spec }: Workflow): GlobalParameters {
  const created = new Date(metadata.creationTimestamp);
  const parameters = spec.arguments?.parameters ?? [];
  const values = new Map<string, string>([
    ['workflow.name', metadata.name],
    ['workflow.namespace', metadata.namespace],
    ['workflow.uid', metadata.uid],
    ['workflow.mainEntrypoint', spec.entrypoint],
    ['workflow.serviceAccountName', spec.serviceAccountName ?? ''],
    ['workflow.creationTimestamp', rfc3339(created)],
    ['workflow.creationTimestamp.RFC3339', rfc3339(created)],
    ['workflow.creationTimestamp.s', String(Math.floor(created.getTime() / 1000))],
    ...parameters.map(({ name, value, valueFrom }): [string, string] => [
      `workflow.parameters.${name}`,
      value ?? valueFrom?.default ?? '',
    ]),
    ...listed('labels', metadata.labels),
    ...listed('annotations', metadata.annotations),
  ]);
  for (const name of ['workflow.parameters', 'workflow.parameters.json']) {
    values.set(name, JSON.stringify(parameters));
  }
  if (spec.priority !== undefined) {
    values.set('workflow.priority', String(spec.priority));
  }
  const timePrefix = 'workflow.creationTimestamp.';
  return {
    lookup: (tag) =>
      values.get(tag) ??
      (tag.startsWith(timePrefix) ? formatTime(tag.slice(timePrefix.length), created) : undefined),
    set: (name, value) => values.set(name, value),
  };
}

function listed(kind: string, entries: Readonly<Record<string, string>> = {}): [string, string][] {
  const text = JSON.stringify(entries);
  return [
    [`workflow.${kind}`, text],
    [`workflow.${kind}.json`, text],
    ...Object.entries(entries).map(([key, value]): [string, string] => [`workflow.${kind}.${key}`, value]),
  ];
}
