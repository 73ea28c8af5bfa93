#!/usr/bin/env bash
# Installs PostgreSQL and pgvector on Debian or Ubuntu, for `mvn verify -Pconnect-it`. Needs root (or sudo).
#
# Where the release has a package of pgvector (Debian 13, Ubuntu 24.04, the packages of postgresql.org), that is taken.
# Debian 12 has none: there the source package of Debian 13 is built against the installed PostgreSQL.
# The cluster that Debian makes by itself is left alone; the tests start a server of their own.
set -euo pipefail

readonly SUITE=trixie # has pgvector 0.8.0
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
die() { echo "install-pgvector: $*" >&2; exit 1; }

command -v apt-get >/dev/null || die "needs apt-get (Debian, Ubuntu). Elsewhere install PostgreSQL and pgvector yourself
and set QUESTREAM_POSTGRES_BIN to the folder of initdb and postgres, if that is not the folder that pg_config names."

export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq
as_root apt-get install -y -qq --no-install-recommends postgresql postgresql-contrib
version=$(find /usr/lib/postgresql -maxdepth 1 -mindepth 1 -printf '%f\n' | sort -n | tail -1)
[ -n "$version" ] || die "no PostgreSQL under /usr/lib/postgresql"
control=/usr/share/postgresql/$version/extension/vector.control

if [ -e "$control" ]; then
  :
elif apt-cache show "postgresql-$version-pgvector" >/dev/null 2>&1; then
  as_root apt-get install -y -qq --no-install-recommends "postgresql-$version-pgvector"
else
  as_root apt-get install -y -qq --no-install-recommends "postgresql-server-dev-$version" build-essential
  build=$(mktemp -d)
  trap 'rm -rf "$build"' EXIT
  mkdir -p "$build/lists/partial" "$build/archives/partial"
  mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Created-By: Packages' | head -1)
  [ -n "$mirror" ] || die "apt's sources name no mirror of Debian"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main" \
    >"$build/sources.list"
  # Lists and cache of its own: what apt-get knows of this system stays as it is.
  apt=(apt-get -qq -o Dir::Etc::SourceList="$build/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$build/lists" -o Dir::Cache="$build" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$build" && "${apt[@]}" source --download-only pgvector)
  mkdir "$build/pgvector"
  tar -xzf "$build"/pgvector_*.orig.tar.gz -C "$build/pgvector" --strip-components=1
  # OPTFLAGS="": for any machine of this architecture, not only for the one that builds.
  pg_config=/usr/lib/postgresql/$version/bin/pg_config
  make -s -C "$build/pgvector" with_llvm=no OPTFLAGS="" PG_CONFIG="$pg_config"
  as_root make -s -C "$build/pgvector" with_llvm=no PG_CONFIG="$pg_config" install >/dev/null
fi
echo "PostgreSQL $version, pgvector $(sed -n "s/^default_version = '\(.*\)'/\1/p" "$control")"
