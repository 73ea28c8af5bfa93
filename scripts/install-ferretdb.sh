#!/usr/bin/env bash
# Builds FerretDB, a server that speaks MongoDB's protocol, for `mvn verify -Pconnect-it`. Needs Go 1.23 or newer.
#
#   scripts/install-ferretdb.sh [FOLDER]     the program goes to FOLDER/ferretdb, target/it/ferretdb by default
set -euo pipefail

readonly VERSION=v1.24.2 # the last with SQLite inside: it needs no other server
readonly MODULE=github.com/FerretDB/FerretDB
die() { echo "install-ferretdb: $*" >&2; exit 1; }
command -v go >/dev/null || die "needs Go 1.23 or newer (https://go.dev/dl)"

mkdir -p "${1:-$(dirname "$0")/../target/it/ferretdb}"
folder=$(cd "${1:-$(dirname "$0")/../target/it/ferretdb}" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
(cd "$build" && go mod download "$MODULE@$VERSION")
# The program does not start unless its version stands in a file that its own build writes: so not `go install`.
cp -r "$(cd "$build" && go list -m -f '{{.Dir}}' "$MODULE@$VERSION")" "$build/source"
chmod -R u+w "$build/source"
echo "$VERSION" >"$build/source/build/version/version.txt"
(cd "$build/source" && go build -o "$folder/ferretdb" ./cmd/ferretdb)
"$folder/ferretdb" --version | sed -n "s/^version: /FerretDB /p"
