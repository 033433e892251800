/**
 * Times of Argo's agent. https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/executor/plugins/rpc/plugin.go
 * and https://github.com/argoproj/argo-workflows/blob/v4.1.2/workflow/controller/agent.go
 */

/** The agent gives up a POST that has no answer after so long, and sends it again. */
export const agentPostTimeoutMs = 30_000;

/** How often it patches results into the task set unless ARGO_AGENT_PATCH_RATE says otherwise. */
export const agentPatchIntervalMs = 10_000;

/** Go's HTTP client drops a connection that has been idle for so long. */
export const agentIdleConnectionMs = 90_000;
