{{- define "driver-plugin.labels" -}}
app.kubernetes.io/part-of: driver-plugin
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What selects the server's pods; a Deployment's selector cannot be changed later. */}}
{{- define "driver-plugin.server.selector" -}}
app.kubernetes.io/name: {{ .Values.server.name }}
app.kubernetes.io/component: server
{{- end }}

{{- define "driver-plugin.server.labels" -}}
{{ include "driver-plugin.server.selector" . }}
{{ include "driver-plugin.labels" . }}
{{- end }}

{{- define "driver-plugin.plugin.labels" -}}
app.kubernetes.io/name: driver-plugin
app.kubernetes.io/component: sidecar
{{ include "driver-plugin.labels" . }}
{{- end }}

{{- define "driver-plugin.doctor.labels" -}}
app.kubernetes.io/name: driver-plugin-doctor
app.kubernetes.io/component: doctor
{{ include "driver-plugin.labels" . }}
{{- end }}

{{/* image: a dict of registry, image (repository, tag, digest) and the tag where it has none. */}}
{{- define "driver-plugin.image" -}}
{{- $name := .image.repository -}}
{{- if .registry -}}{{- $name = printf "%s/%s" (trimSuffix "/" .registry) $name -}}{{- end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.image.tag | default .tag) -}}
{{- end -}}
{{- end }}

{{- define "driver-plugin.plugin.image" -}}
{{- include "driver-plugin.image" (dict "registry" .Values.imageRegistry "image" .Values.plugin.image "tag" .Chart.AppVersion) -}}
{{- end }}

{{- define "driver-plugin.server.image" -}}
{{- include "driver-plugin.image" (dict "registry" .Values.imageRegistry "image" .Values.server.image "tag" (printf "%s-kfp%s" .Chart.AppVersion .Values.kfp.version)) -}}
{{- end }}

{{- define "driver-plugin.server.account" -}}
{{- .Values.server.serviceAccount.name | default .Values.server.name -}}
{{- end }}

{{/* "true" where replicas take turns under a Lease. */}}
{{- define "driver-plugin.server.leased" -}}
{{- if gt (int .Values.server.replicas) 1 -}}true{{- end -}}
{{- end }}

{{- define "driver-plugin.controller.namespace" -}}
{{- .Values.controller.namespace | default .Values.kfp.namespace -}}
{{- end }}

{{/* "true" where the chart makes the token's Secret. */}}
{{- define "driver-plugin.token.own" -}}
{{- if and .Values.auth.token.enabled (not .Values.auth.token.existingSecret) -}}true{{- end -}}
{{- end }}

{{- define "driver-plugin.token.secret" -}}
{{- .Values.auth.token.existingSecret | default (printf "%s-token" .Values.server.name) -}}
{{- end }}

{{- define "driver-plugin.tls.secret" -}}
{{- .Values.tls.existingSecret | default (printf "%s-tls" .Values.server.name) -}}
{{- end }}

{{- define "driver-plugin.tls.clientSecret" -}}
{{- .Values.tls.client.existingSecret | default (printf "%s-client-tls" .Values.server.name) -}}
{{- end }}

{{- define "driver-plugin.apiServer.host" -}}
{{- .Values.kfp.apiServer.host | default (printf "ml-pipeline.%s.svc.%s" .Values.kfp.namespace .Values.clusterDomain) -}}
{{- end }}

{{- define "driver-plugin.metadata.host" -}}
{{- .Values.kfp.metadata.host | default (printf "metadata-grpc-service.%s.svc.%s" .Values.kfp.namespace .Values.clusterDomain) -}}
{{- end }}

{{- define "driver-plugin.adopt.selector" -}}
app.kubernetes.io/name: {{ .Values.adopt.name }}
app.kubernetes.io/component: webhook
{{- end }}

{{- define "driver-plugin.adopt.labels" -}}
{{ include "driver-plugin.adopt.selector" . }}
{{ include "driver-plugin.labels" . }}
{{- end }}

{{/* "true" where the webhook makes its certificate by itself. */}}
{{- define "driver-plugin.adopt.ownCertificate" -}}
{{- with .Values.adopt.certificate -}}
{{- if and (not .existingSecret) (not .certManager.enabled) -}}true{{- end -}}
{{- end -}}
{{- end }}

{{- define "driver-plugin.adopt.certificateSecret" -}}
{{- .Values.adopt.certificate.existingSecret | default (printf "%s-certificate" .Values.adopt.name) -}}
{{- end }}

{{/* A group of alerts with the release's namespace and the runbooks' address put in: (list . "server"). */}}
{{- define "driver-plugin.rules" -}}
{{- $root := index . 0 -}}
{{- $rules := $root.Files.Get (printf "rules/%s.yaml" (index . 1)) | replace "$namespace" $root.Release.Namespace -}}
{{- with $root.Values.metrics.prometheusRule.runbookUrl }}
{{- $rules = replace "$runbooks" . $rules -}}
{{- end -}}
{{- regexReplaceAll `\n *runbook_url: "?\$runbooks[^\n]*` $rules "" -}}
{{- end -}}
