#!/usr/bin/env bash
# Checks deploy/ with the tools that read it, those of them that are on the path: helm, kubernetes-validate, promtool,
# hadolint, docker compose. Says which ran; a tool that is missing is named and is no failure.
# deploy's own tests (mvn test) need none of them. For metrics: target/deploy/scrape.txt, which DashboardIT leaves.
set -euo pipefail
cd "$(dirname "$0")/.."
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
failed=0

check() { # check NAME TOOL COMMAND...: runs the command if the tool is there
  local name=$1 tool=$2
  shift 2
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "skipped  $name: no $tool"
  elif output=$("$@" 2>&1); then
    echo "ok       $name"
  else
    echo "FAILED   $name"
    printf '%s\n' "$output" | sed 's/^/         /'
    failed=1
  fi
}

render() { # render NAME OPTIONS...
  local name=$1
  shift
  helm template r deploy/helm/questream "$@" >"$rendered/$name.yaml"
}

compose() { docker compose -f deploy/compose.yaml config --quiet; }
# Micrometer's and Kafka's own names are not ours to mend.
metrics() { ! promtool check metrics <target/deploy/scrape.txt 2>&1 | grep '^questream_'; }
rules() { (cd deploy/prometheus && promtool test rules alerts_test.yml); }

for file in deploy/Dockerfile deploy/Dockerfile.gpu deploy/connect/Dockerfile; do
  check "$file" hadolint hadolint "$file"
done
check "chart: lint" helm helm lint --strict deploy/helm/questream
check "chart: defaults" helm render defaults
check "chart: everything on" helm render all --set gpu.enabled=true,autoscaling.enabled=true \
  --set podMonitor.enabled=true,serviceMonitor.enabled=true,cache.copyFromImage=true
for file in "$rendered"/*.yaml; do
  [ -f "$file" ] && check "Kubernetes' schemas: $(basename "$file")" kubernetes-validate kubernetes-validate --strict "$file"
done
check "alert rules" promtool promtool check rules deploy/prometheus/alerts.yml
check "alert rules: tests" promtool rules
if docker compose version >/dev/null 2>&1; then
  check "compose file" docker compose
else
  echo "skipped  compose file: no docker compose"
fi
if [ -f target/deploy/scrape.txt ]; then check "metrics" promtool metrics; fi
exit "$failed"
