#!/bin/sh
# Runs OneByOne.java on the libraries of pom.xml: one_by_one.sh MODEL_FOLDER INPUT_FOLDER embed|smt SECONDS
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
classpath="$here/target/classpath"
if [ ! -f "$classpath" ]; then
  mkdir -p "$here/target"
  mvn -q -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$classpath" >&2
fi
if [ -n "${JAVA_HOME:-}" ]; then java="$JAVA_HOME/bin/java"; else java=java; fi
exec "$java" -cp "$(cat "$classpath")" "$here/OneByOne.java" "$@"
