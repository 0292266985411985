{{- /* The pod of one service. Takes (dict "root" $ "service" "routing" "values" …). */ -}}
{{- define "tomoshibi.pod" -}}
{{- $ := .root -}}
{{- $v := $.Values -}}
{{- $telephony := has .service (list "telephony" "all") -}}
{{- $host := and $telephony $v.sip.hostNetwork -}}
{{- /* The public pages know the rota and the clock, and nothing else. */ -}}
{{- $secrets := and (include "tomoshibi.hasSecrets" $) (ne .service "public") -}}
metadata:
  labels:
    {{- include "tomoshibi.labels" . | nindent 4 }}
    {{- with $v.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ print $v.config $v.publicConfig $v.sip $v.drain | sha256sum }}
    {{- with $v.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  automountServiceAccountToken: false
  serviceAccountName: {{ include "tomoshibi.fullname" $ }}
  # Kubernetes would write TOMOSHIBI_… for each Service into the environment, which the program refuses as unknown
  # settings.
  enableServiceLinks: false
  {{- if $host }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with $v.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $v.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ ternary (add $v.drain.seconds 30) 45 $telephony }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with .values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  affinity:
    podAntiAffinity:
      {{- if $host }}
      # Two of them would want the same ports.
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector: { matchLabels: { {{ include "tomoshibi.selector" . | replace "\n" ", " }} } }
      {{- else }}
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector: { matchLabels: { {{ include "tomoshibi.selector" . | replace "\n" ", " }} } }
      {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: { matchLabels: { {{ include "tomoshibi.selector" . | replace "\n" ", " }} } }
  {{- if $secrets }}
  initContainers:
    {{- include "tomoshibi.secretsInit" $ | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .service }}
      image: {{ include "tomoshibi.image" (dict "image" $v.image "version" $.Chart.AppVersion) }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args: [serve{{ if ne .service "all" }}, {{ .service }}{{ end }}]
      env: {{- include "tomoshibi.env" . | nindent 8 }}
      ports:
        - { name: http, containerPort: 8080 }
        {{- if $telephony }}
        {{- with $v.sip.tlsPort }}
        - { name: sip-tls, containerPort: {{ . }}, protocol: TCP }
        {{- end }}
        - { name: sip-udp, containerPort: {{ $v.sip.port }}, protocol: UDP }
        - { name: sip-tcp, containerPort: {{ $v.sip.port }}, protocol: TCP }
        {{- end }}
      # Migrations run before anything is served.
      startupProbe:
        httpGet: { path: /live, port: http, scheme: {{ include "tomoshibi.scheme" $ | upper }} }
        periodSeconds: 2
        failureThreshold: 150
      # Says no while it drains. A store that is away leaves it ready: calls are taken all the same.
      readinessProbe:
        httpGet: { path: /ready, port: http, scheme: {{ include "tomoshibi.scheme" $ | upper }} }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      # Restarting telephony drops its calls: only when it has been silent for a minute.
      livenessProbe:
        httpGet: { path: /live, port: http, scheme: {{ include "tomoshibi.scheme" $ | upper }} }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      lifecycle:
        preStop:
          # Until nobody is sent here any more; then SIGTERM, and new calls are refused.
          sleep: { seconds: 5 }
      resources: {{- toYaml .values.resources | nindent 8 }}
      securityContext: {{- include "tomoshibi.locked" $ | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /var/lib/tomoshibi }
        - { name: config, mountPath: /etc/tomoshibi, readOnly: true }
        {{- if or (include "tomoshibi.rotaConfigMap" $) $v.rota.existingClaim }}
        - { name: rota, mountPath: /etc/tomoshibi-rota, readOnly: true }
        {{- end }}
        {{- if $secrets }}
        - { name: secrets, mountPath: /run/tomoshibi/secrets, readOnly: true }
        {{- end }}
        {{- if $v.tls.existingSecret }}
        - { name: tls, mountPath: /run/tomoshibi/tls, readOnly: true }
        {{- end }}
        {{- if and $telephony $v.sip.tlsPort $v.sip.tlsSecret }}
        - { name: sip-tls, mountPath: /run/tomoshibi/sip-tls, readOnly: true }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
  volumes:
    {{- if not $telephony }}
    - name: data
      emptyDir: { sizeLimit: 256Mi }
    {{- end }}
    - name: config
      configMap: { name: {{ include "tomoshibi.fullname" $ }} }
    {{- with include "tomoshibi.rotaConfigMap" $ }}
    - name: rota
      configMap: { name: {{ . }} }
    {{- end }}
    {{- if and $v.rota.existingClaim (not (include "tomoshibi.rotaConfigMap" $)) }}
    - name: rota
      persistentVolumeClaim: { claimName: {{ $v.rota.existingClaim }}, readOnly: true }
    {{- end }}
    {{- if $secrets }}
    {{- include "tomoshibi.secretsVolumes" $ | nindent 4 }}
    {{- end }}
    {{- /* Mounted as they are, so that a renewed one arrives: the pod's group may read them, and nobody else. */}}
    {{- with $v.tls.existingSecret }}
    - name: tls
      secret: { secretName: {{ . }}, defaultMode: 0440 }
    {{- end }}
    {{- if and $telephony $v.sip.tlsPort $v.sip.tlsSecret }}
    - name: sip-tls
      secret: { secretName: {{ $v.sip.tlsSecret }}, defaultMode: 0440 }
    {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
{{- end -}}

{{- define "tomoshibi.scheme" -}}
{{ ternary "https" "http" (ne .Values.tls.existingSecret "") }}
{{- end -}}

{{- define "tomoshibi.locked" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- /* Mounted secrets belong to root and to the pod's group; the program reads only what nobody else can. */ -}}
{{- define "tomoshibi.secretsInit" -}}
- name: secrets
  image: {{ include "tomoshibi.image" (dict "image" .Values.image "version" .Chart.AppVersion) }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [/bin/sh, -ec, "install -m 0400 /run/tomoshibi/given/* /run/tomoshibi/secrets/"]
  resources:
    requests: { cpu: 10m, memory: 16Mi, ephemeral-storage: 1Mi }
    limits: { memory: 64Mi, ephemeral-storage: 16Mi }
  securityContext: {{- include "tomoshibi.locked" . | nindent 4 }}
  volumeMounts:
    - { name: given, mountPath: /run/tomoshibi/given, readOnly: true }
    - { name: secrets, mountPath: /run/tomoshibi/secrets }
{{- end -}}

{{- define "tomoshibi.secretsVolumes" -}}
{{- if include "tomoshibi.hasSecrets" . -}}
- name: secrets
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
- name: given
  projected:
    defaultMode: 0440
    sources:
      {{- with .Values.secrets.existingSecret }}
      - secret:
          name: {{ . }}
          items:
            - { key: token, path: token }
            - { key: keys.toml, path: keys.toml }
            - { key: phones.toml, path: phones.toml }
      {{- end }}
      {{- range .Values.secrets.files }}
      - secret:
          name: {{ .existingSecret }}
          items: [{ key: {{ .key }}, path: {{ .file }} }]
      {{- end }}
{{- end -}}
{{- end -}}

{{- define "tomoshibi.storeEnv" -}}
{{- with .Values.database.existingSecret }}
- name: TOMOSHIBI_STORE__URL
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $.Values.database.urlKey }} } }
{{- if $.Values.database.passwordKey }}
- name: PGPASSWORD
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $.Values.database.passwordKey }} } }
{{- end }}
- { name: TOMOSHIBI_STORE__CONNECTIONS, value: {{ $.Values.database.connections | quote }} }
{{- end }}
{{- if .Values.secrets.existingSecret }}
- { name: TOMOSHIBI_ACCESS__TOKEN_FILE, value: /run/tomoshibi/secrets/token }
- { name: TOMOSHIBI_KEYS__FILE, value: /run/tomoshibi/secrets/keys.toml }
- { name: TOMOSHIBI_PHONES__FILE, value: /run/tomoshibi/secrets/phones.toml }
{{- end }}
{{- end -}}

{{- /* Lies over the settings file. */ -}}
{{- define "tomoshibi.env" -}}
{{- $ := .root -}}
{{- $v := $.Values -}}
{{- $service := .service -}}
{{- $telephony := has .service (list "telephony" "all") -}}
- { name: TOMOSHIBI_CONFIG, value: /etc/tomoshibi/{{ ternary "public" "line" (eq .service "public") }}.toml }
- { name: TOMOSHIBI_DATA, value: /var/lib/tomoshibi }
- name: TOMOSHIBI_NODE
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: TOMOSHIBI_HTTP__LISTEN, value: "0.0.0.0:8080" }
{{- if $v.tls.existingSecret }}
- { name: TOMOSHIBI_HTTP__TLS_CERTIFICATE, value: /run/tomoshibi/tls/tls.crt }
- { name: TOMOSHIBI_HTTP__TLS_KEY, value: /run/tomoshibi/tls/tls.key }
{{- if ne .service "public" }}
- { name: TOMOSHIBI_HTTP__CLIENT_AUTHORITIES, value: /run/tomoshibi/tls/ca.crt }
{{- end }}
{{- end }}
{{- if or (include "tomoshibi.rotaConfigMap" $) $v.rota.existingClaim }}
- { name: TOMOSHIBI_ROTA__FILE, value: /etc/tomoshibi-rota/rota.toml }
{{- end }}
{{- if ne .service "public" }}
{{- include "tomoshibi.storeEnv" $ }}
{{- with $v.redis.existingSecret }}
- name: TOMOSHIBI_BUS__REDIS
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $v.redis.urlKey }} } }
{{- end }}
{{- end }}
{{- if $telephony }}
- { name: TOMOSHIBI_SIP__LISTEN, value: '["0.0.0.0:{{ $v.sip.port }}"]' }
{{- if $v.sip.tlsPort }}
{{- if not (or $v.sip.tlsSecret $v.tls.existingSecret) }}
{{- fail "sip.tlsPort needs a certificate: name a Secret in sip.tlsSecret or tls.existingSecret" }}
{{- end }}
- { name: TOMOSHIBI_SIP__TLS_LISTEN, value: '["0.0.0.0:{{ $v.sip.tlsPort }}"]' }
{{- if $v.sip.tlsSecret }}
- { name: TOMOSHIBI_SIP__TLS_CERTIFICATE, value: /run/tomoshibi/sip-tls/tls.crt }
- { name: TOMOSHIBI_SIP__TLS_KEY, value: /run/tomoshibi/sip-tls/tls.key }
{{- end }}
{{- end }}
- name: TOMOSHIBI_SIP__ADVERTISE
  {{- if $v.sip.advertise }}
  value: {{ $v.sip.advertise | quote }}
  {{- else }}
  valueFrom: { fieldRef: { fieldPath: {{ ternary "status.hostIP" "status.podIP" $v.sip.hostNetwork }} } }
  {{- end }}
- { name: TOMOSHIBI_MEDIA__FIRST_PORT, value: {{ $v.sip.media.firstPort | quote }} }
- { name: TOMOSHIBI_MEDIA__LAST_PORT, value: {{ $v.sip.media.lastPort | quote }} }
{{- end }}
- { name: TOMOSHIBI_DRAIN__LIMIT, value: {{ printf "%ds" (int $v.drain.seconds) | quote }} }
- { name: TOMOSHIBI_TELEMETRY__LOG, value: {{ $v.telemetry.log | quote }} }
- { name: TOMOSHIBI_TELEMETRY__FORMAT, value: {{ $v.telemetry.format }} }
{{- with $v.telemetry.otlp }}
- { name: TOMOSHIBI_TELEMETRY__OTLP, value: {{ . | quote }} }
{{- end }}
{{- with $v.publicUrl }}
- { name: TOMOSHIBI_ACCESS__PUBLIC_URL, value: {{ . | quote }} }
{{- end }}
{{- if and (eq $v.mode "services") (ne .service "public") }}
{{- range list "routing" "escalation" "telephony" "triage" "referral" "daily-log" }}
{{- if ne . $service }}
- { name: TOMOSHIBI_{{ upper . | replace "-" "_" }}__AT, value: "{{ include "tomoshibi.scheme" $ }}://{{ include "tomoshibi.fullname" $ }}-{{ . }}:8080" }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
