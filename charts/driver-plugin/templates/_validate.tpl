{{/* Values that contradict each other, all of them in one message, each with both names and the remedy. */}}
{{- define "driver-plugin.contradictions" -}}
{{- $tls := .Values.tls -}}
{{- $auth := .Values.auth -}}
{{- $authenticated := or $auth.token.enabled $tls.client.enabled -}}
{{- if and (not $authenticated) (not $auth.allowUnauthenticated) }}
- Nobody would authenticate callers: auth.token.enabled and tls.client.enabled are false. Enable one, or set auth.allowUnauthenticated to true.
{{- end }}
{{- if and $authenticated $auth.allowUnauthenticated }}
- auth.allowUnauthenticated is true beside {{ if $auth.token.enabled }}auth.token.enabled{{ else }}tls.client.enabled{{ end }}, which demands the contrary: set one of them to false.
{{- end }}
{{- if and $auth.token.existingSecret (not $auth.token.enabled) }}
- auth.token.existingSecret is set, but auth.token.enabled is false: set it to true, or leave the Secret out.
{{- end }}
{{- if and $tls.existingSecret $tls.certManager.enabled }}
- tls.existingSecret and tls.certManager.enabled are two sources of one certificate: choose one.
{{- end }}
{{- if and $tls.enabled (not $tls.existingSecret) (not $tls.certManager.enabled) }}
- tls.enabled is true, but there is no certificate: set tls.existingSecret, or tls.certManager.enabled to true.
{{- end }}
{{- if and (not $tls.enabled) (or $tls.existingSecret $tls.certManager.enabled $tls.client.enabled) }}
- {{ if $tls.existingSecret }}tls.existingSecret{{ else if $tls.certManager.enabled }}tls.certManager.enabled{{ else }}tls.client.enabled{{ end }} is set, but tls.enabled is false: set it to true, or leave the other out.
{{- end }}
{{- if and $tls.certManager.enabled (not $tls.certManager.issuerRef.name) }}
- tls.certManager.enabled is true, but tls.certManager.issuerRef.name names no issuer: set it.
{{- end }}
{{- if and $tls.client.enabled $tls.existingSecret (not $tls.client.existingSecret) }}
- tls.client.enabled is true beside tls.existingSecret, but tls.client.existingSecret names no certificate for the sidecars: set it.
{{- end }}
{{- if and $tls.client.existingSecret (not $tls.client.enabled) }}
- tls.client.existingSecret is set, but tls.client.enabled is false: set it to true, or leave the Secret out.
{{- end }}
{{- if and $tls.client.existingSecret $tls.certManager.enabled }}
- tls.client.existingSecret and tls.certManager.enabled are two sources of the sidecars' certificate: choose one.
{{- end }}
{{- if and (include "driver-plugin.server.leased" .) (eq .Values.server.ledger "memory") }}
- server.ledger is memory, which each of the {{ .Values.server.replicas }} replicas of server.replicas has for itself: set it to mlmd, or server.replicas to 1.
{{- end }}
{{- if and .Values.kfp.caCert.secretName .Values.kfp.caCert.configMapName }}
- kfp.caCert.secretName and kfp.caCert.configMapName are two sources of one CA: choose one.
{{- end }}
{{- if and (eq .Values.plugin.configMap "controller") (eq (include "driver-plugin.controller.namespace" .) .Release.Namespace) }}
- plugin.configMap is controller, but the release is in the controller's namespace ({{ .Release.Namespace }}) itself: set it to release.
{{- end }}
{{- if and .Values.doctor.readController (not .Values.doctor.enabled) }}
- doctor.readController is true, but doctor.enabled is false: set it to true, or readController to false.
{{- end }}
{{- if and .Values.doctor.readController (eq (include "driver-plugin.controller.namespace" .) .Release.Namespace) }}
- doctor.readController is for a controller in another namespace, but this one's ({{ .Release.Namespace }}) is the release's: set it to false.
{{- end }}
{{- if has (int .Values.metrics.port) (list (int .Values.server.port) (int .Values.adopt.port)) }}
- metrics.port is the port of {{ ternary "server.port" "adopt.port" (eq (int .Values.metrics.port) (int .Values.server.port)) }}, too: set it to another one.
{{- end }}
{{- if and .Values.metrics.podMonitor.enabled (not .Values.metrics.port) }}
- metrics.podMonitor.enabled is true, but metrics.port is 0: there would be nothing to scrape. Set it to false.
{{- end }}
{{- with .Values.metrics.prometheusRule }}
{{- if and .enabled (not $.Values.metrics.port) }}
- metrics.prometheusRule.enabled is true, but metrics.port is 0: there would be nothing to watch. Set it to false.
{{- end }}
{{- if and .enabled (not $.Values.server.replicas) (not $.Values.adopt.enabled) }}
- metrics.prometheusRule.enabled is true, but server.replicas is 0 and adopt.enabled false: there would be nothing to watch. Set it to false.
{{- end }}
{{- end }}
{{- if and .Values.server.page.enabled (not .Values.metrics.port) }}
- server.page.enabled is true, but metrics.port is 0: there would be no port for it. Set metrics.port, or the page to false.
{{- end }}
{{- if and .Values.server.page.existingSecret (not .Values.server.page.enabled) }}
- server.page.existingSecret is set, but server.page.enabled is false: set it to true, or leave the Secret out.
{{- end }}
{{- with .Values.adopt.certificate }}
{{- if and .existingSecret .certManager.enabled }}
- adopt.certificate.existingSecret and adopt.certificate.certManager.enabled are two sources of one certificate: choose one.
{{- end }}
{{- if and .existingSecret (not .certManager.enabled) (not .caBundle) }}
- adopt.certificate.existingSecret is set, but adopt.certificate.caBundle has no CA, so that nobody would trust it: set it.
{{- end }}
{{- if and .caBundle (not .existingSecret) }}
- adopt.certificate.caBundle is set, but adopt.certificate.existingSecret names no certificate of that CA: set it, or leave the CA out.
{{- end }}
{{- if and .certManager.enabled (not .certManager.issuerRef.name) }}
- adopt.certificate.certManager.enabled is true, but adopt.certificate.certManager.issuerRef.name names no issuer: set it.
{{- end }}
{{- if and (or .existingSecret .certManager.enabled) (not $.Values.adopt.enabled) }}
- adopt.certificate.{{ if .existingSecret }}existingSecret{{ else }}certManager.enabled{{ end }} is set, but adopt.enabled is false: set it to true, or leave the other out.
{{- end }}
{{- end }}
{{- if or (not .Values.plugin.resources.requests) (not .Values.plugin.resources.limits) }}
- plugin.resources lacks requests or limits: Argo refuses a plugin without both.
{{- end }}
{{- end }}
