{{- define "questream.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "questream.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "questream.labels" -}}
{{ include "questream.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "questream.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "questream.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "questream.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- if .Values.gpu.enabled -}}
{{- printf "%s:%s" (default .Values.image.repository .Values.gpu.repository) (default (printf "%s-gpu" $tag) .Values.gpu.tag) -}}
{{- else if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{/* A value of a properties file: backslashes, line breaks and leading blanks would not survive otherwise. */}}
{{- define "questream.property" -}}
{{- $text := toString . -}}
{{- /* Helm reads numbers as floats, and would write 134217728 as 1.34217728e+08. */ -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}
{{- $text = printf "%d" (int64 .) -}}
{{- end -}}
{{- $text = $text | replace "\\" "\\\\" | replace "\n" "\\n" | replace "\t" "\\t" -}}
{{- if hasPrefix " " $text }}{{ $text = printf "\\%s" $text }}{{ end -}}
{{- $text -}}
{{- end -}}
