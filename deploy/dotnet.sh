# Sourced by the scripts of this repository: makes sure that a .NET 10 SDK is on PATH.
# Order: the one that is there; one installed here before; the distribution's package; Microsoft's install script into .dotnet/.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

has_sdk() { command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

ensure_sdk() {
  has_sdk && return 0

  if [ -x "$repository/.dotnet/dotnet" ]; then
    export DOTNET_ROOT="$repository/.dotnet" PATH="$repository/.dotnet:$PATH"
    has_sdk && return 0
  fi

  echo "The .NET 10 SDK is missing; installing it." >&2

  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq dotnet-sdk-10.0 >/dev/null 2>&1 || true
    hash -r
    has_sdk && return 0
  fi

  script=$(mktemp)

  if { curl -fsSL --max-time 60 https://dot.net/v1/dotnet-install.sh -o "$script" || wget -q -T 60 -O "$script" https://dot.net/v1/dotnet-install.sh; } 2>/dev/null &&
    bash "$script" --channel 10.0 --install-dir "$repository/.dotnet" >&2; then
    export DOTNET_ROOT="$repository/.dotnet" PATH="$repository/.dotnet:$PATH"
  fi

  rm -f "$script"
  has_sdk && return 0
  echo "error: no .NET 10 SDK, and none could be installed; install the package dotnet-sdk-10.0 (or put its folder on PATH) and run this again." >&2
  return 1
}
