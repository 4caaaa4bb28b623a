#!/usr/bin/env bash
# Compares the metadata of the checked SQL in `.sqlx` with what the live schema says; --write
# replaces it. Needs PostgreSQL at TICKETING_POSTGRES, psql and cargo, and no sqlx-cli.
#
# Before that, the queries of the release before (deploy/released-queries.json) are prepared against
# the same schema: an older server goes on beside a newer one.
#
# The queries are described by compiling the core against a scratch schema that has every
# migration applied in order. The schema is removed afterwards; nothing else is touched.
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly committed=$checkout/.sqlx
readonly released=$checkout/deploy/released-queries.json
# A run's own name: two checks of one database do not meet, and cargo finds a flag that it has
# not seen, which makes it compile the core again and nothing else.
nonce=$(date +%s)_$$
readonly nonce
readonly schema=check_sql_$nonce
readonly CONNECT_SECONDS=10

fail() {
    echo "check-sql: $*" >&2
    exit 1
}

main() {
    case "${1:-}:$#" in
    :0 | --write:1) ;;
    *) fail "usage: deploy/check-sql.sh [--write]" ;;
    esac
    # shellcheck disable=SC2016 # shown to the reader as it is typed
    [[ -n ${TICKETING_POSTGRES:-} ]] || fail 'TICKETING_POSTGRES is not set: eval "$(./services env)"'
    command -v psql >/dev/null || fail "psql is missing"
    fresh=$(mktemp -d)
    trap clean_up EXIT
    make_schema
    prepare_released
    describe_queries
    if [[ ${1:-} == --write ]]; then
        write
    else
        compare
    fi
}

clean_up() {
    rm -rf -- "$fresh"
    run_psql -c "DROP SCHEMA IF EXISTS $schema CASCADE" || echo "check-sql: schema $schema is left" >&2
}

# The password goes through the environment: every user of the machine can read arguments.
run_psql() {
    local userinfo password=
    userinfo=${TICKETING_POSTGRES#*://}
    userinfo=${userinfo%%@*}
    [[ $userinfo != *:* ]] || password=${userinfo#*:}
    PGPASSWORD=$(printf '%b' "${password//%/\\x}") PGCONNECT_TIMEOUT=$CONNECT_SECONDS \
        PGOPTIONS='-c client_min_messages=warning' \
        psql -w -X -q -v ON_ERROR_STOP=1 "$@" \
        "$(sed -E 's#^([a-z]+://[^:@/]*):[^@/]*@#\1@#' <<<"$TICKETING_POSTGRES")"
}

make_schema() {
    local migration
    run_psql -c "CREATE SCHEMA $schema"
    for migration in "$checkout"/migrations/*.sql; do
        { printf 'SET search_path TO %s;\n' "$schema" && cat "$migration"; } | run_psql -1 -f -
    done
}

# Prepared, not run: a column that is gone or an argument that is new is an error.
prepare_released() {
    local statements
    statements=$(python3 -c 'import json, sys
for number, query in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))):
    print(f"PREPARE released_{number} AS {query};")' "$released")
    printf 'SET search_path TO %s;\n%s\n' "$schema" "$statements" | run_psql -f - >/dev/null ||
        fail "a query of the release before no longer works with this schema"
}

# A live DATABASE_URL makes each macro describe its query and save what it learned.
describe_queries() {
    local separator='?'
    [[ $TICKETING_POSTGRES != *\?* ]] || separator='&'
    cd "$checkout"
    SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh \
        DATABASE_URL="$TICKETING_POSTGRES${separator}options=-csearch_path%3D$schema" \
        cargo rustc --quiet -p ticketing-core --lib --features services --profile check -- \
        --cfg "check_sql_$nonce" --check-cfg "cfg(check_sql_$nonce)"
    compgen -G "$fresh/query-*.json" >/dev/null || fail "the build described no query"
    if grep -l "$schema" "$fresh"/*.json >&2; then
        fail "these describe a name of the scratch schema, so they would differ at every run"
    fi
}

write() {
    rm -rf -- "$committed"
    mkdir "$committed"
    cp -- "$fresh"/query-*.json "$committed"/
    echo "wrote the metadata of $(count "$fresh") queries to .sqlx"
}

compare() {
    [[ -d $committed ]] || fail "there is no .sqlx: run deploy/check-sql.sh --write"
    diff -r -u "$committed" "$fresh" >&2 ||
        fail ".sqlx does not match the schema and the queries: run deploy/check-sql.sh --write"
    echo ".sqlx matches the schema: $(count "$fresh") queries"
}

count() {
    find "$1" -name 'query-*.json' | wc -l
}

main "$@"
