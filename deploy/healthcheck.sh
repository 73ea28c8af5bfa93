#!/bin/bash
# Health check of a container: status 0 if the instance answers 200 on /health/live (or on the path given).
# Plain bash, because slim images have neither curl nor wget. Port: QUESTREAM_HTTP_PORT.
set -u
path=${1:-/health/live}
port=${QUESTREAM_HTTP_PORT:-8080}

exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
IFS=' ' read -r -t 5 -u 3 _ status _ || exit 1
if [ "$status" != 200 ]; then
  echo "$path answers $status" >&2
  exit 1
fi
