#!/bin/sh
# Makes the secrets of `deploy/compose.yaml`, once; what is there stays. `secrets.sh [FOLDER]`.
# Each file holds one secret. They are readable by the containers' users, so the folder itself is closed to others.
set -eu

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder/tls"
chmod 711 "$folder"

random() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

keep() {
    [ -e "$folder/$1" ] || printf '%s\n' "$2" > "$folder/$1"
}

secret() {
    cat "$folder/$1"
}

for name in secret_key database_password site_broker_password worker_broker_password storage_access_key storage_secret_key; do
    keep $name "$(random)"
done
keep database_url "postgresql://circuitboard:$(secret database_password)@database/circuitboard"
keep site_broker_url "redis://site:$(secret site_broker_password)@broker:6379/0"
keep worker_broker_url "redis://worker:$(secret worker_broker_password)@broker:6379/0"
keep store_users "{\"identities\": [{\"name\": \"circuitboard\", \"actions\": [\"Admin\", \"Read\", \"List\", \"Write\"], \"credentials\": [{\"accessKey\": \"$(secret storage_access_key)\", \"secretKey\": \"$(secret storage_secret_key)\"}]}]}"
keep worker_token ""
chmod 644 "$folder"/*_* "$folder"/secret_key
