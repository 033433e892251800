{{/*
The sidecar's container: what plugin.yaml has, under default values. In the controller's namespace the ConfigMap enters
agent pods of namespaces without our Secrets too: there each reference is optional, or those pods would never start.
*/}}
{{- define "driver-plugin.plugin.container" -}}
{{- $optional := eq .Values.plugin.configMap "controller" -}}
name: driver-plugin
image: {{ include "driver-plugin.plugin.image" . | quote }}
{{- with .Values.plugin.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
ports:
  - containerPort: {{ .Values.plugin.port }}
env:
  - name: NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  - name: DRIVER_HOST
    value: {{ .Values.server.name }}.$(NAMESPACE)
  - name: DRIVER_PORT
    value: {{ .Values.server.port | quote }}
  {{- if .Values.auth.token.enabled }}
  - name: DRIVER_TOKEN
    {{- include "driver-plugin.plugin.secretRef" (dict "name" (include "driver-plugin.token.secret" .) "key" .Values.auth.token.key "optional" $optional) | nindent 4 }}
  {{- end }}
  {{- if .Values.tls.enabled }}
  - name: DRIVER_TLS
    value: "true"
  - name: DRIVER_TLS_CA
    {{- include "driver-plugin.plugin.secretRef" (dict "name" (include "driver-plugin.tls.secret" .) "key" "ca.crt" "optional" $optional) | nindent 4 }}
  {{- if .Values.tls.client.enabled }}
  - name: DRIVER_TLS_CERT
    {{- include "driver-plugin.plugin.secretRef" (dict "name" (include "driver-plugin.tls.clientSecret" .) "key" "tls.crt" "optional" $optional) | nindent 4 }}
  - name: DRIVER_TLS_KEY
    {{- include "driver-plugin.plugin.secretRef" (dict "name" (include "driver-plugin.tls.clientSecret" .) "key" "tls.key" "optional" $optional) | nindent 4 }}
  {{- end }}
  {{- end }}
  - name: SERVER_PORT
    value: {{ .Values.plugin.port | quote }}
  - name: TIMEOUT_SECONDS
    value: {{ .Values.plugin.timeoutSeconds | quote }}
  {{- if not (kindIs "invalid" .Values.plugin.agentPatchRateSeconds) }}
  - name: AGENT_PATCH_RATE_SECONDS
    value: {{ .Values.plugin.agentPatchRateSeconds | quote }}
  {{- end }}
  - name: NODE_OPTIONS
    value: {{ .Values.plugin.nodeOptions | quote }}
  {{- with .Values.plugin.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml .Values.plugin.resources | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  runAsNonRoot: true
  runAsUser: 8737
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities:
    drop:
      - ALL
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "driver-plugin.plugin.secretRef" -}}
valueFrom:
  secretKeyRef:
    name: {{ .name }}
    key: {{ .key }}
    {{- if .optional }}
    optional: true
    {{- end }}
{{- end }}
