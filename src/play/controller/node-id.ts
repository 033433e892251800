const maxPodPrefixLength = 253 - 11;

/** 32-bit FNV-1a over UTF-8, with which Argo makes node ids and pod names. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/** The id under which Argo keeps a node; the entry node's is the workflow's name. */
export function nodeId(workflowName: string, nodeName: string): string {
  return nodeName === workflowName ? workflowName : `${workflowName}-${fnv1a(nodeName)}`;
}

/** https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/util/pod_name.go (GeneratePodName, v2) */
export function podName(workflowName: string, nodeName: string, templateName: string): string {
  if (nodeName === workflowName) {
    return workflowName;
  }
  return `${`${workflowName}-${templateName}`.slice(0, maxPodPrefixLength)}-${fnv1a(nodeName)}`;
}
