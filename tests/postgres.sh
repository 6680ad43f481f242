#!/bin/sh
# Runs a command with DATABASE_URL naming a PostgreSQL of its own, which lives as long as it does.
#
#   tests/postgres.sh COMMAND...
#
# The cluster is made in a temporary folder and listens on a Unix socket alone.
set -eu

newest_tools() {
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && echo "$folder"
    done | sort -V | tail -n 1
}

tools=$(newest_tools)
if [ -z "$tools" ]; then
    "$(dirname "$0")/debian_packages.sh" postgresql || true
    tools=$(newest_tools)
fi
if [ -z "$tools" ]; then
    echo "No PostgreSQL here, and no leave to install it: nothing was tested on it." >&2
    [ "${REJOINDER_NO_SKIPS:-}" = 1 ] && exit 1
    exit 0
fi

folder=$(mktemp -d /tmp/rejoinder-pg.XXXXXX)
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root; its package brought this user.
    chown postgres: "$folder"
    as_owner() { runuser -u postgres -- "$@"; }
fi

stop() {
    as_owner "$tools/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"  # the owner may not enter where we came from
as_owner "$tools/initdb" -D data -U rejoinder --auth=trust -E UTF8 --locale=C.UTF-8 >init.log 2>&1 \
    || { cat init.log >&2; exit 1; }
# Nothing here outlives the run, so nothing needs to reach the disk.
as_owner "$tools/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" start \
    -o "-k $folder -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
    >/dev/null || { cat server.log >&2; exit 1; }
as_owner "$tools/createdb" -h "$folder" -U rejoinder rejoinder
cd "$OLDPWD"
echo "On $("$tools/postgres" --version)"

PGUSER=rejoinder DATABASE_URL="postgres:///$folder/rejoinder" "$@"
