import { type JsonObject, objectOf } from '../../src/common/json.js';

/** A compiled workflow as client-go sends it: Go's types write an empty status and no creation time. */
function fromGo(workflow: JsonObject, metadata: JsonObject): JsonObject {
  return {
    ...workflow,
    metadata: { ...objectOf(workflow['metadata']), creationTimestamp: null, ...metadata },
    status: { startedAt: null, finishedAt: null },
  };
}

/** As KFP's API server creates a run: backend/src/apiserver/resource/resource_manager.go. */
export function asApiServerCreates(workflow: JsonObject, runId: string): JsonObject {
  const run = JSON.parse(JSON.stringify(workflow).replaceAll('{{workflow.uid}}', runId)) as JsonObject;
  return fromGo(run, {
    labels: { 'pipeline/runid': runId },
    annotations: { 'pipelines.kubeflow.org/run_name': `run of ${runId}` },
  });
}

/** As the controller of recurring runs creates one: backend/src/crd/controller/scheduledworkflow/util. */
export function asScheduledWorkflowCreates(workflow: JsonObject, runId: string): JsonObject {
  const run = JSON.parse(JSON.stringify(workflow).replaceAll('{{workflow.uid}}', runId)) as JsonObject;
  return fromGo(run, {
    labels: {
      'pipeline/runid': runId,
      'scheduledworkflows.kubeflow.org/isOwnedByScheduledWorkflow': 'true',
      'scheduledworkflows.kubeflow.org/scheduledWorkflowName': 'nightly',
      'scheduledworkflows.kubeflow.org/workflowEpoch': '1795786980',
      'scheduledworkflows.kubeflow.org/workflowIndex': '1',
    },
    ownerReferences: [
      {
        apiVersion: 'kubeflow.org/v1beta1',
        kind: 'ScheduledWorkflow',
        name: 'nightly',
        uid: '3a5c2f5e-9c2b-4a53-8d0a-6a4f6a1f0c11',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
}
