{{- define "driver-plugin.server.env" -}}
- name: SERVER_PORT
  value: {{ .Values.server.port | quote }}
- name: ADMIN_PORT
  value: {{ include "driver-plugin.admin.port" . | quote }}
{{- if .Values.server.page.enabled }}
- name: ADMIN_PAGE
  value: "true"
{{- if .Values.server.page.existingSecret }}
- name: ADMIN_TOKEN_FILE
  value: /etc/kfp-driver-server/page/token
{{- end }}
{{- end }}
- name: LOG_LEVEL
  value: {{ .Values.server.logLevel }}
- name: LEDGER
  value: {{ .Values.server.ledger }}
- name: SHUTDOWN_GRACE_SECONDS
  value: {{ .Values.server.shutdownGraceSeconds | quote }}
{{- if include "driver-plugin.server.leased" . }}
- name: LEASE_NAME
  value: {{ .Values.server.name }}
{{- end }}
# Both hosts reach the launcher in users' pods: full names.
- name: ML_PIPELINE_SERVER_ADDRESS
  value: {{ include "driver-plugin.apiServer.host" . }}
- name: ML_PIPELINE_SERVER_PORT
  value: {{ .Values.kfp.apiServer.port | quote }}
- name: ML_PIPELINE_TLS_ENABLED
  value: {{ .Values.kfp.apiServer.tls | quote }}
- name: MLMD_SERVER_ADDRESS
  value: {{ include "driver-plugin.metadata.host" . }}
- name: MLMD_SERVER_PORT
  value: {{ .Values.kfp.metadata.port | quote }}
- name: METADATA_TLS_ENABLED
  value: {{ .Values.kfp.metadata.tls | quote }}
{{- if include "driver-plugin.caCert" . }}
# The path under which KFP mounts it into users' pods.
- name: CA_CERT_PATH
  value: /kfp/certs/ca.crt
{{- end }}
{{- if .Values.auth.token.enabled }}
{{- if include "driver-plugin.token.own" . }}
- name: SERVER_TOKEN_SECRET
  value: {{ include "driver-plugin.token.secret" . }}
- name: SERVER_TOKEN_KEY
  value: {{ .Values.auth.token.key }}
{{- else }}
- name: SERVER_TOKEN_FILE
  value: /etc/kfp-driver-server/token/token
{{- end }}
{{- end }}
{{- if .Values.tls.enabled }}
- name: SERVER_TLS_CERT
  value: /etc/kfp-driver-server/tls/tls.crt
- name: SERVER_TLS_KEY
  value: /etc/kfp-driver-server/tls/tls.key
{{- if .Values.tls.client.enabled }}
- name: SERVER_TLS_CLIENT_CA
  value: /etc/kfp-driver-server/tls/ca.crt
{{- end }}
{{- end }}
{{- if .Values.auth.allowUnauthenticated }}
- name: ALLOW_UNAUTHENTICATED
  value: "true"
{{- end }}
# KFP's driver looks its own pod up for PVC tasks.
- name: KFP_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: KFP_POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- with .Values.server.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "driver-plugin.admin.port" -}}
{{- if .Values.metrics.port }}{{ .Values.metrics.port }}{{ else }}off{{ end -}}
{{- end }}

{{/*
Readiness follows a drain and the Lease's rights, not ML Metadata, whose outage the sidecars are told, and not who holds
the Lease: a Deployment whose replica is never ready would never be available, and its updates would wait for ever.
Kubernetes asks over gRPC without TLS only, else the admin port.
*/}}
{{- define "driver-plugin.server.probes" -}}
readinessProbe:
  {{- include "driver-plugin.server.probe" (dict "Values" .Values "service" "readiness" "path" "/readyz") | nindent 2 }}
  periodSeconds: 5
livenessProbe:
  {{- include "driver-plugin.server.probe" (dict "Values" .Values "service" "liveness" "path" "/healthz") | nindent 2 }}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
{{- end }}

{{- define "driver-plugin.server.probe" -}}
{{- if and .Values.tls.enabled .Values.metrics.port -}}
httpGet:
  path: {{ .path }}
  port: metrics
{{- else -}}
{{ ternary "tcpSocket" "grpc" .Values.tls.enabled }}:
  port: {{ .Values.server.port }}
  {{- if not .Values.tls.enabled }}
  service: {{ .service }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "driver-plugin.caCert" -}}
{{- if or .Values.kfp.caCert.secretName .Values.kfp.caCert.configMapName -}}true{{- end -}}
{{- end }}

{{/* "true" where a token comes by a file. */}}
{{- define "driver-plugin.token.mounted" -}}
{{- if and .Values.auth.token.enabled .Values.auth.token.existingSecret -}}true{{- end -}}
{{- end }}

{{- define "driver-plugin.server.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if include "driver-plugin.token.mounted" . }}
- name: token
  mountPath: /etc/kfp-driver-server/token
  readOnly: true
{{- end }}
{{- if .Values.server.page.existingSecret }}
- name: page-token
  mountPath: /etc/kfp-driver-server/page
  readOnly: true
{{- end }}
{{- if .Values.tls.enabled }}
- name: tls
  mountPath: /etc/kfp-driver-server/tls
  readOnly: true
{{- end }}
{{- if include "driver-plugin.caCert" . }}
- name: kfp-ca
  mountPath: /kfp/certs
  readOnly: true
{{- end }}
{{- with .Values.server.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "driver-plugin.server.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.server.tmpSizeLimit }}
{{- if include "driver-plugin.token.mounted" . }}
- name: token
  secret:
    secretName: {{ .Values.auth.token.existingSecret }}
    items:
      - key: {{ .Values.auth.token.key }}
        path: token
{{- end }}
{{- with .Values.server.page }}
{{- if .existingSecret }}
- name: page-token
  secret:
    secretName: {{ .existingSecret }}
    items:
      - key: {{ .key }}
        path: token
{{- end }}
{{- end }}
{{- if .Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "driver-plugin.tls.secret" . }}
{{- end }}
{{- with .Values.kfp.caCert }}
{{- if .secretName }}
- name: kfp-ca
  secret:
    secretName: {{ .secretName }}
    items:
      - key: {{ .key }}
        path: ca.crt
{{- else if .configMapName }}
- name: kfp-ca
  configMap:
    name: {{ .configMapName }}
    items:
      - key: {{ .key }}
        path: ca.crt
{{- end }}
{{- end }}
{{- with .Values.server.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
