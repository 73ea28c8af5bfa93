#!/usr/bin/env bash
# Builds the tarballs of a release twice, in two copies of the sources that differ in path, umask and time zone, compares
# them byte for byte, and runs the unpacked ones from another folder with Java alone. Takes 5 to 10 minutes.
# Environment: JAVA_HOME; MAVEN (mvn), MAVEN_ARGS (not --offline, which leaves out the list of licences); KEEP=folder to keep the tarballs in.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # folder, umask, time zone
  mkdir -p "$work/$1"
  (cd "$home" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf -) | (umask "$2" && tar -C "$work/$1" -xf - --no-same-permissions)
  (cd "$work/$1" && umask "$2" && TZ=$3 ${MAVEN:-mvn} ${MAVEN_ARGS:-} -B -q -Pdist '-P!static-checks' -Dmaven.test.skip=true -pl src/app,src/lab -am package)
}
build one 022 UTC
build "two words" 002 Asia/Tokyo

for tarball in app/target/questream lab/target/questream-lab; do
  first=$(ls "$work"/one/src/$tarball-[0-9]*.tar.gz)
  second="$work/two words/${first#"$work/one/"}"
  cmp "$first" "$second"
  (cd "$(dirname "$first")" && sha256sum "$(basename "$first")")
  if [ -n "${KEEP:-}" ]; then cp "$first" "$KEEP"; fi
  mkdir -p "$work/a place"
  tar -C "$work/a place" -xzf "$first"
done

# Only what the launcher uses, and no Maven.
mkdir "$work/tools"
for tool in sh dirname readlink sed head locale cat find; do ln -s "$(command -v $tool)" "$work/tools/"; done
run() { (cd / && env -i HOME="$work" PATH="$work/tools" JAVA_HOME="$java_home" "$@"); }
for release in "$work/a place"/questream-[0-9]* "$work/a place"/questream-lab-[0-9]*; do
  run "$release/questream" --version
  [ -f "$release/LICENSE" ] && [ -f "$release/docs/run.md" ] && [ -f "$release/questream.cdx.json" ]
done
printf 'Who painted Guernica?\n' | run "$release/questream" encode | grep -q '"embedding"'
run "$release/questream" demo --limit 20
if run "$work/a place"/questream-[0-9]*/questream demo 2>/dev/null; then
  echo "the release without the lab has a demo" >&2
  exit 1
fi
echo "the tarballs are the same, and run"
