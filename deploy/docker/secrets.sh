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

# Hosts call each other by TLS: one authority for this installation's hosts alone, and one certificate of it for all of them. The authority's key is needed
# here only, to sign the next one: run this again before the certificate ends (hosts take a new one up as they run).
command -v openssl >/dev/null || { echo "error: openssl is needed to make the hosts' certificate" >&2; exit 1; }
mkdir -p "$folder/authority"

[ -s "$folder/host-authority" ] ||
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=lorafaas hosts" \
    -keyout "$folder/authority/key" -out "$folder/host-authority" 2>/dev/null

if ! { openssl x509 -checkend $((90 * 86400)) -noout -in "$folder/host-certificate" && openssl verify -CAfile "$folder/host-authority" "$folder/host-certificate"; } >/dev/null 2>&1; then
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=lorafaas host" -keyout "$folder/host-key" -out "$folder/authority/request" 2>/dev/null
  printf 'subjectAltName=DNS:lorafaas-host\nextendedKeyUsage=serverAuth\n' >"$folder/authority/extensions"
  openssl x509 -req -in "$folder/authority/request" -CA "$folder/host-authority" -CAkey "$folder/authority/key" -CAcreateserial -CAserial "$folder/authority/serial" \
    -days 730 -extfile "$folder/authority/extensions" -out "$folder/host-certificate" 2>/dev/null
fi

# Nobody else may read them, so the containers run as whoever owns them: the images' own user, or you (compose reads .env).
find "$folder" -type f -exec chmod 600 {} +

if [ "$(id -u)" = 0 ]; then
  chown 1654:1654 "$folder"
  find "$folder" -maxdepth 1 -type f -exec chown 1654:1654 {} +
elif [ $# = 0 ]; then
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  grep -qs '^LORAFAAS_USER=' "$here/.env" || echo "LORAFAAS_USER=$(id -u):$(id -g)" >>"$here/.env"
fi

echo "secrets are in $folder" >&2
