#!/bin/sh
# The broker with two users: the site, and the workers, which reach nothing but their own wake-ups.
# Passwords come from files: SITE_PASSWORD_FILE and WORKER_PASSWORD_FILE. TLS once TLS_CERT_FILE, TLS_KEY_FILE are given.
set -eu

hash_of() {
    tr -d '\r\n' < "$1" | sha256sum | cut -d' ' -f1
}

# What Celery's transport needs, and no more: nobody lists keys, reads the configuration or empties the database.
CONNECT="+ping +select +client|setinfo +client|setname +info"
QUEUE="+brpop +rpop +lpush +rpush +llen +multi +exec +discard +watch +unwatch"
BINDINGS="+sadd +srem +smembers +exists +del +pexpire +time"
UNACKED="+hset +hget +hdel +zadd +zrem +zrange +zrevrangebyscore +set +get +eval +evalsha +script|load"
FANOUT="+publish +subscribe +psubscribe +unsubscribe +punsubscribe"

acl=${ACL_FILE:-/tmp/users.acl}
umask 077
cat > "$acl" <<ACL
user default off
user site on #$(hash_of "$SITE_PASSWORD_FILE") resetkeys ~* resetchannels &* -@all $CONNECT $QUEUE $BINDINGS $UNACKED $FANOUT
user worker on #$(hash_of "$WORKER_PASSWORD_FILE") resetkeys ~compute.* ~_kombu.binding.compute.* ~_kombu.binding_permanent.compute.* resetchannels -@all $CONNECT $QUEUE $BINDINGS $UNACKED
ACL

if [ -n "${TLS_CERT_FILE:-}" ]; then
    set -- --port 0 --tls-port "${PORT:-6379}" --tls-cert-file "$TLS_CERT_FILE" --tls-key-file "$TLS_KEY_FILE" \
        --tls-auth-clients no "$@"
else
    set -- --port "${PORT:-6379}" "$@"
fi
# Nothing is kept: a message is a wake-up, and the site sends again what was lost.
exec valkey-server --aclfile "$acl" --save "" --appendonly no --maxmemory 256mb --maxmemory-policy noeviction "$@"
