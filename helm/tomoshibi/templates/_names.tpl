{{- define "tomoshibi.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What selects pods: never changes over upgrades. Takes (dict "root" $ "service" "routing"). */ -}}
{{- define "tomoshibi.selector" -}}
app.kubernetes.io/name: tomoshibi
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .service }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "tomoshibi.labels" -}}
{{ include "tomoshibi.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "tomoshibi.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ default .version .image.tag }}
{{- end -}}
{{- end -}}

{{- /* The services of this release, by name, with their values. */ -}}
{{- define "tomoshibi.services" -}}
{{- if eq .Values.mode "all-in-one" -}}
{{ dict "all" (merge (dict "replicas" 1) .Values.allInOne) | toYaml }}
{{- else -}}
{{ .Values.services | toYaml }}
{{- end -}}
{{- end -}}

{{- define "tomoshibi.rotaConfigMap" -}}
{{- if .Values.rota.existingConfigMap -}}
{{ .Values.rota.existingConfigMap }}
{{- else if .Values.rota.file -}}
{{ include "tomoshibi.fullname" . }}-rota
{{- end -}}
{{- end -}}

{{- define "tomoshibi.hasSecrets" -}}
{{- if or .Values.secrets.existingSecret .Values.secrets.files -}}yes{{- end -}}
{{- end -}}
