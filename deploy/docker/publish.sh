#!/usr/bin/env bash
# Publishes one host with everything it starts into one folder, as the container images hold it: publish.sh gateway|controller|worker|console|cli FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../dotnet.sh"
ensure_sdk

case "${1:-}" in
  gateway) projects=(gateway/LoraFaaS.Gateway) ;;
  controller) projects=(controller/LoraFaaS.Controller) ;;
  worker) projects=(gpu-worker/LoraFaaS.Worker gpu-worker/LoraFaaS.Launcher gpu-worker/LoraFaaS.Sandbox function-sdk/LoraFaaS.Handler) ;;
  console) projects=(controller/LoraFaaS.Console) ;;
  cli) projects=(function-sdk/LoraFaaS.Cli) ;;
  *)
    echo "usage: publish.sh gateway|controller|worker|console|cli FOLDER" >&2
    exit 2
    ;;
esac

folder=$(realpath -m "${2:?the folder to publish to}")
cd "$repository"

for project in "${projects[@]}"; do
  dotnet publish "$project" -c Release -o "$folder" --nologo -clp:NoSummary -v q
done
