#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and ends with: N passed, N failed, N skipped
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../deploy/dotnet.sh"
ensure_sdk || exit 1
cd "$repository"

install_missing() {
  local missing=()
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || [ -n "${LORAFAAS_TEST_POSTGRES:-}" ] || missing+=(postgresql)
  command -v redis-server >/dev/null 2>&1 || [ -n "${LORAFAAS_TEST_REDIS:-}" ] || missing+=(redis-server)
  command -v node >/dev/null 2>&1 || missing+=(nodejs npm)
  [ -x /usr/bin/chromium ] || [ -n "${LORAFAAS_TEST_CHROMIUM:-}" ] || missing+=(chromium)
  command -v curl >/dev/null 2>&1 || missing+=(curl)
  command -v openssl >/dev/null 2>&1 || missing+=(openssl)
  [ ${#missing[@]} -eq 0 ] && return 0

  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "error: missing: ${missing[*]}; install them (Debian packages) and run this again." >&2
    return 1
  fi

  echo "Installing ${missing[*]}" >&2
  # The servers are started by the tests on free ports; the packages must not start their own.
  printf '#!/bin/sh\nexit 101\n' >/tmp/lorafaas-policy-rc.d && chmod +x /tmp/lorafaas-policy-rc.d
  [ -e /usr/sbin/policy-rc.d ] || { cp /tmp/lorafaas-policy-rc.d /usr/sbin/policy-rc.d && trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

install_missing || exit 1
mkdir -p artifacts/tests
log=artifacts/build-tests.log
echo "Building (log: $log)" >&2

# One compiler for all projects instead of one started for each; it goes when the build is done.
build() {
  dotnet build LoraFaaS.sln -c Release --nologo -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=true >"$log" 2>&1
  local code=$?
  dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
  return $code
}

if ! build; then
  grep -E 'error' "$log" | sort -u | head -n 40 >&2
  echo "error: the build failed" >&2
  echo "0 passed, 1 failed"
  exit 1
fi

touch artifacts/hosts.stamp

# The sum of one count over the report's assemblies.
count() { grep -o '<assembly [^>]*>' "$1" | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }

passed=0 failed=0 skipped=0

# Each test project is a program of its own. One after the other: they measure sharing and kill processes, and two cores are enough for one.
for project in tests/architecture/*.Tests tests/unit/*.Tests tests/integration/*.Tests tests/system/*.Tests; do
  [ -d "$project" ] || continue
  name=$(basename "$project")
  assembly=$project/bin/Release/net10.0/$name.dll
  report=$repository/artifacts/tests/$name.xml
  rm -f "$report"
  started=$SECONDS
  echo "── $name" >&2
  # Only against a hang: the longest of them takes eight minutes on two quiet cores, and a machine may well be slower and busy.
  timeout --kill-after=30 "${LORAFAAS_TEST_TIMEOUT:-1500}" dotnet "$assembly" -noLogo -noColor -xml "$report" >"artifacts/tests/$name.log" 2>&1 </dev/null
  code=$?

  if [ ! -s "$report" ]; then
    tail -n 40 "artifacts/tests/$name.log" >&2
    echo "   no report (exit code $code)" >&2
    failed=$((failed + 1))
    continue
  fi

  p=$(count "$report" passed) f=$(count "$report" failed) s=$(count "$report" skipped) e=$(count "$report" errors)
  passed=$((passed + p)) failed=$((failed + f + e)) skipped=$((skipped + s))
  echo "   $p passed, $f failed, $s skipped ($((SECONDS - started)) s)" >&2

  if [ "$f" != 0 ] || [ "$e" != 0 ]; then
    grep -E -A 25 '\[FAIL\]' "artifacts/tests/$name.log" | head -n 150 >&2
  fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
