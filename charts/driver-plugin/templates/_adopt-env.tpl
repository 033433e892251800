{{- define "driver-plugin.adopt.env" -}}
{{- $values := .Values.adopt -}}
- name: SERVER_PORT
  value: {{ $values.port | quote }}
- name: ADMIN_PORT
  value: {{ include "driver-plugin.admin.port" . | quote }}
- name: LOG_LEVEL
  value: {{ $values.logLevel }}
- name: NODE_OPTIONS
  value: {{ $values.nodeOptions | quote }}
- name: KFP_VERSION
  value: {{ .Values.kfp.version | quote }}
- name: PASS_ARGUMENTS_BY
  value: {{ $values.passArgumentsBy }}
- name: EXIT_HOOKS
  value: {{ $values.exitHooks }}
- name: V2_DRIVER_COMMAND
  value: {{ $values.driverCommand | quote }}
- name: EXCLUDED_PIPELINES
  value: {{ join "," $values.excludedPipelines | quote }}
- name: EXCLUDED_NAMESPACES
  value: {{ join "," $values.excludedNamespaces | quote }}
- name: HARMLESS_ENV
  value: {{ join "," $values.harmlessEnv | quote }}
{{- if include "driver-plugin.adopt.ownCertificate" . }}
- name: CERTIFICATE_SECRET
  value: {{ include "driver-plugin.adopt.certificateSecret" . }}
- name: WEBHOOK_CONFIGURATION
  value: {{ $values.name }}
- name: SERVICE_NAME
  value: {{ $values.name }}
- name: NAMESPACE
  value: {{ .Release.Namespace }}
{{- else }}
- name: SERVER_TLS_CERT
  value: /etc/driver-plugin/certificate/tls.crt
- name: SERVER_TLS_KEY
  value: /etc/driver-plugin/certificate/tls.key
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
