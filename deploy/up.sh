#!/usr/bin/env bash
# Builds the platform and serves it on this machine until Ctrl-C. `--demo` deploys the demo functions and calls each once.
# All options are those of `lorafaas up`: deploy/up.sh --help.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/lorafaas" up "$@"
