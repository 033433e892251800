import type { Json, JsonObject } from '../common/json.js';

/**
 * The parts of Argo's Workflow that decide a walk. Objects keep every other member they were read with, because a
 * plugin template travels whole. Field names are Argo's:
 * https://github.com/argoproj/argo-workflows/blob/v4.1.2/pkg/apis/workflow/v1alpha1/workflow_types.go
 */
export interface Workflow {
  readonly metadata: WorkflowMetadata;
  readonly spec: WorkflowSpec;
}

/** `creationTimestamp` is RFC 3339 in whole seconds, as the API server writes it. */
export interface WorkflowMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface WorkflowSpec {
  readonly entrypoint: string;
  readonly templates: readonly Template[];
  readonly arguments?: Arguments;
  readonly serviceAccountName?: string;
  readonly priority?: number;
  readonly parallelism?: number;
  readonly onExit?: string;
  readonly hooks?: Readonly<Record<string, LifecycleHook>>;
  readonly podMetadata?: TemplateMetadata;
  readonly templateDefaults?: Partial<Template>;
}

export interface Arguments {
  readonly parameters?: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly value?: string;
  readonly default?: string;
  readonly globalName?: string;
  readonly valueFrom?: { readonly default?: string; readonly parameter?: string; readonly path?: string };
}

export interface TemplateMetadata {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Template {
  readonly name: string;
  readonly inputs: Arguments;
  readonly outputs: Arguments;
  readonly metadata: TemplateMetadata;
  readonly plugin?: JsonObject;
  readonly dag?: DagTemplate;
  readonly steps?: readonly (readonly WorkflowStep[])[];
  readonly containerSet?: { readonly containers: readonly ContainerNode[] };
  readonly podSpecPatch?: string;
  readonly retryStrategy?: RetryStrategy;
  readonly parallelism?: number;
}

/** What a node returned. */
export interface Outputs {
  readonly parameters: readonly OutputParameter[];
  readonly result?: string;
  readonly exitCode?: string;
}

export interface OutputParameter {
  readonly name: string;
  readonly value?: string;
  readonly globalName?: string;
}

export interface DagTemplate {
  readonly tasks: readonly DagTask[];
  readonly target?: string;
  readonly failFast?: boolean;
}

/** What DAG tasks and steps have in common: a call of a template, perhaps once for each of several items. */
export interface TemplateCall {
  readonly name: string;
  readonly template: string;
  readonly arguments?: Arguments;
  readonly when?: string;
  readonly withItems?: readonly Json[];
  readonly withParam?: string;
  readonly withSequence?: Sequence;
  readonly continueOn?: { readonly failed?: boolean; readonly error?: boolean };
  readonly hooks?: Readonly<Record<string, LifecycleHook>>;
  readonly onExit?: string;
}

export interface DagTask extends TemplateCall {
  readonly depends?: string;
  readonly dependencies?: readonly string[];
}

export type WorkflowStep = TemplateCall;

export interface LifecycleHook {
  readonly template: string;
  readonly arguments?: Arguments;
}

export interface ContainerNode {
  readonly name: string;
  readonly dependencies?: readonly string[];
}

/** Numbers may come as text: Argo's IntOrString. */
export interface Sequence {
  readonly count?: number | string;
  readonly start?: number | string;
  readonly end?: number | string;
  readonly format?: string;
}

export interface RetryStrategy {
  readonly limit?: number | string;
  readonly retryPolicy?: string;
  readonly backoff?: {
    readonly duration?: string;
    readonly factor?: number | string;
    readonly maxDuration?: string;
    readonly cap?: string;
  };
}
