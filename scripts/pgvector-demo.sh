#!/usr/bin/env bash
# From questions to rows of PostgreSQL on this machine: broker, application and questions of the demo, Apicurio's registry, a Kafka
# Connect worker with deploy/connect/pgvector-apicurio.json, and a PostgreSQL of its own in a temporary folder. Then it asks the
# table for the nearest questions, and stays until Enter. It runs no tests and leaves only what it fetched, in target/it.
# Needs scripts/install-pgvector.sh (once) and curl. Environment: QUESTREAM_POSTGRES_BIN, MAVEN_ARGS.
set -euo pipefail
cd "$(dirname "$0")/.."
registry_port=8081 connect_port=8083 postgres_port=54329 broker_port=9092
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
bin=${QUESTREAM_POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)}
work=$(mktemp -d)
as_postgres=() # PostgreSQL does not run as root
if [ "$(id -u)" = 0 ]; then as_postgres=(runuser -u postgres --); chown postgres "$work"; chmod 755 "$work"; fi

stop() {
  trap - EXIT
  kill ${pids[@]+"${pids[@]}"} 2>/dev/null || true
  (cd / && "${as_postgres[@]}" "$bin/pg_ctl" -D "$work/data" -m fast stop >/dev/null 2>&1) || true
  wait
  rm -rf "$work"
}
pids=()
trap stop EXIT

await() { # what, command...
  echo "waiting for $1" >&2
  for _ in $(seq 600); do
    if "${@:2}" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  echo "$1 did not come up; logs:" >&2
  tail -n 5 "$work"/*.log >&2
  exit 1
}

worker=target/it/connect/worker-$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' pom.xml)
if [ ! -d "$worker" ]; then
  echo "fetching registry, worker and connectors (about 250 MB, once)" >&2
  # shellcheck disable=SC2086
  mvn ${MAVEN_ARGS:-} -B -q -Pconnect-it '-P!static-checks' -DskipTests -pl src/app -am pre-integration-test
fi

(
  cd /
  "${as_postgres[@]}" "$bin/initdb" -D "$work/data" -U questream -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log"
  "${as_postgres[@]}" "$bin/pg_ctl" -D "$work/data" -w -l "$work/data/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$postgres_port -c unix_socket_directories=''" start >/dev/null
)
sql() { "$bin/psql" -q "postgresql://questream@127.0.0.1:$postgres_port/postgres" "$@"; }
sql -f deploy/connect/stores/pgvector.sql

"$java" -Xmx256m -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=$registry_port \
  -jar target/it/apicurio/apicurio-registry-app-*-runner.jar >"$work/registry.log" 2>&1 &
pids+=($!)
await "the registry" curl -fsS "localhost:$registry_port/apis/ccompat/v7/subjects"

mkfifo "$work/prompt"
./questream demo --stay --limit 100 --http-port -1 --port $broker_port \
  --set "schema.registry.url=http://localhost:$registry_port/apis/ccompat/v7" <"$work/prompt" >"$work/demo.log" 2>&1 &
pids+=($!)
exec 3>"$work/prompt"
await "the application" grep -q "stays up" "$work/demo.log"

sed -e "s/kafka:9092/localhost:$broker_port/" -e "s#/opt/connect/plugins#$PWD/target/it/connect/plugins#" \
  -e "s#/tmp/connect.offsets#$work/offsets#" -e "s#http://0.0.0.0:8083#http://127.0.0.1:$connect_port#" \
  deploy/connect/connect-standalone.properties >"$work/connect.properties"
APICURIO_REGISTRY_URL=http://localhost:$registry_port/apis/registry/v2 PGVECTOR_USER=questream PGVECTOR_PASSWORD=any \
  PGVECTOR_JDBC_URL="jdbc:postgresql://127.0.0.1:$postgres_port/postgres?stringtype=unspecified" \
  "$java" -Xmx512m -cp "$worker/*" org.apache.kafka.connect.cli.ConnectStandalone "$work/connect.properties" \
  >"$work/connect.log" 2>&1 &
pids+=($!)
await "Kafka Connect" curl -fsS "127.0.0.1:$connect_port/connectors"
curl -sS --fail-with-body -o "$work/connector.log" -H "Content-Type: application/json" \
  -d @deploy/connect/pgvector-apicurio.json "127.0.0.1:$connect_port/connectors"
await "100 rows" sh -c "[ \"\$('$bin/psql' -Atc 'SELECT count(*) FROM embeddings' postgresql://questream@127.0.0.1:$postgres_port/postgres)\" = 100 ]"

sql -c "SELECT round(-(b.embedding <#> a.embedding)::numeric, 3) AS score, b.text
  FROM (SELECT embedding FROM embeddings ORDER BY id LIMIT 1) a, embeddings b
  ORDER BY b.embedding <#> a.embedding LIMIT 5"
echo "ask more: ./questream ask \"...\" --bootstrap-server localhost:$broker_port --set schema.registry.url=http://localhost:$registry_port/apis/ccompat/v7" >&2
echo "look:     $bin/psql postgresql://questream@127.0.0.1:$postgres_port/postgres" >&2
echo "Enter ends it" >&2
read -r || true
