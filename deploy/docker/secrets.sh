#!/usr/bin/env bash
# Makes the files that docker-compose.yml hands to containers as secrets; what is there already stays. Keep a copy of secrets-key apart from the data:
# without it stored secrets cannot be read.
set -euo pipefail
folder=${1:-$(dirname "${BASH_SOURCE[0]}")/secrets}
mkdir -p "$folder"
umask 077

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

for name in password internal-token secrets-key callback-secret postgres-password; do
  [ -s "$folder/$name" ] || random >"$folder/$name"
done

# host:port:database:user:password, as libpq and Npgsql read it.
printf 'postgres:5432:lorafaas:lorafaas:%s\n' "$(cat "$folder/postgres-password")" >"$folder/pgpass"

# Nobody else may read them, so the containers run as whoever owns them: the images' own user, or you (compose reads .env).
chmod 600 "$folder"/*

if [ "$(id -u)" = 0 ]; then
  chown -R 1654:1654 "$folder"
elif [ $# = 0 ]; then
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  grep -qs '^LORAFAAS_USER=' "$here/.env" || echo "LORAFAAS_USER=$(id -u):$(id -g)" >>"$here/.env"
fi

echo "secrets are in $folder" >&2
