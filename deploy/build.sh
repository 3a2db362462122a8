#!/usr/bin/env bash
# Builds the platform's programs (Release) when a source file is newer than the last build. Prints nothing when there is nothing to do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/dotnet.sh"
ensure_sdk

cd "$repository"
stamp=artifacts/hosts.stamp

if [ -f "$stamp" ] && [ -z "$(find function-sdk gateway controller gpu-worker db deploy Directory.*.props Directory.*.targets -newer "$stamp" \
  \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.proto' -o -name '*.sql' -o -name '*.razor' -o -name '*.css' -o -name '*.js' \) \
  -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]; then
  exit 0
fi

mkdir -p artifacts
echo "… build        Release (the first build restores packages and takes a minute or two)" >&2
started=$SECONDS
log=artifacts/build.log

# One line per project as it is done; the whole log is kept for when it fails.
if ! dotnet build deploy/hosts.slnf -c Release --nologo -clp:NoSummary -nodeReuse:false 2>&1 | tee "$log" |
  sed -un 's/^ *\(LoraFaaS[^ ]*\|lorafaas\) -> .*/  built \1/p' >&2 || grep -q 'error [A-Z]*[0-9]*:' "$log"; then
  grep -E 'error' "$log" | sort -u | head -n 20 >&2
  echo "error: the build failed; the whole log is in $log" >&2
  exit 1
fi

touch "$stamp"
echo "✓ build        done ($((SECONDS - started)) s)" >&2
