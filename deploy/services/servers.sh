# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# The sandbox gateway and servers on the services. Sourced by ./services.

# A server migrates the schema and warms its producer before it accepts.
readonly SERVER_START_SECONDS=60

start_servers() {
    local count=$1 profile=$2 number folder
    fail_unless_up
    folder=$(build_servers "$profile")
    stop_servers
    # Half a set is of no use: what did start ends with us.
    trap stop_servers EXIT
    start_gateway "$folder"
    export_server_settings
    for ((number = 1; number <= count; number++)); do
        start_server "$folder" "$number"
    done
    for ((number = 1; number <= count; number++)); do
        wait_for_start "server-$number" "$SERVER_START_SECONDS" listens "$logs/server-$number.log"
        wait_for_start "server-$number" "$SERVER_START_SECONDS" is_ready "$logs/server-$number.log"
        say "server-$number: ready at $(url_of "server-$number")"
    done
    trap - EXIT
    print_server_settings "$count"
}

# Prints the folder of the programs. cargo runs in the checkout, where its configuration is
# found, and a relative CARGO_TARGET_DIR keeps meaning what it means to the caller. Built with the whole
# workspace, as the tests and the measurements build theirs, so that nothing is built twice.
build_servers() {
    local selection=(--release --workspace --bins)
    [[ $1 == release ]] || selection=(--workspace --bins --tests)
    has cargo || fail "cargo is missing: see https://rustup.rs"
    if [[ -n ${CARGO_TARGET_DIR:-} && $CARGO_TARGET_DIR != /* ]]; then
        export CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR
    fi
    cd "$checkout" || fail "cannot enter $checkout"
    cargo build "${selection[@]}" >&2 || fail "the build failed"
    local metadata
    metadata=$(cargo metadata --format-version 1 --no-deps --offline) || fail "cargo metadata failed"
    printf '%s/%s\n' "$(sed -nE 's/.*"target_directory":"([^"]*)".*/\1/p' <<<"$metadata")" "$1"
}

# The ledger outlives the gateway: orders in PostgreSQL refer to its captures.
start_gateway() {
    if is_set_elsewhere gateway; then
        [[ -n ${TICKETING_GATEWAY_SECRET:-} ]] ||
            fail "TICKETING_GATEWAY names a gateway, so TICKETING_GATEWAY_SECRET must be set too"
        say "gateway: not started, TICKETING_GATEWAY is set in the environment"
        return
    fi
    mkdir -p "$state/gateway"
    ensure_port_is_free gateway
    TICKETING_GATEWAY_SECRET=$(gateway_secret)
    export TICKETING_GATEWAY_SECRET
    start_listener gateway "$1/ticketing-sandbox-gateway" \
        --listen "$(address_of gateway)" --ledger "$state/gateway/gateway.ledger.jsonl" \
        --sandbox-control
    wait_for_start gateway "$SERVER_START_SECONDS" listens "$logs/gateway.log"
    remember_as_printed gateway
    say "gateway: started at $(url_of gateway)"
}

start_server() {
    start_listener "server-$2" "$1/ticketing-server" \
        --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --allow-synthetic-buyers
}

# start_listener NAME COMMAND..: its stdout, the line with its address, in a file of its own.
start_listener() {
    local name=$1
    shift
    : >"$logs/$name.out"
    start_program "$name" "$logs/$name.out" "$logs/$name.log" "$@"
}

# In the environment, because every user of the machine can read a program's arguments.
export_server_settings() {
    local name
    for name in "${SERVICES[@]}" gateway; do
        export "$(setting_of "$name")=$(value_of "$name")"
    done
    TICKETING_SIGNING_KEY=$(signing_key)
    TICKETING_ADMIN_EMAIL=$(administrator_email)
    TICKETING_ADMIN_PASSWORD=$(administrator_password)
    export TICKETING_OBJECTS=${TICKETING_OBJECTS:-$state/objects}
    export TICKETING_SIGNING_KEY TICKETING_ADMIN_EMAIL TICKETING_ADMIN_PASSWORD
}

gateway_secret() {
    printf '%s\n' "${TICKETING_GATEWAY_SECRET:-$(secret gateway)}"
}

administrator_email() {
    local name
    name=$(secret administrator-email)
    printf '%s\n' "${TICKETING_ADMIN_EMAIL:-administrator-${name:0:8}@example.com}"
}

administrator_password() {
    printf '%s\n' "${TICKETING_ADMIN_PASSWORD:-$(secret administrator-password)}"
}

print_server_settings() {
    local number urls=()
    for ((number = 1; number <= $1; number++)); do
        urls+=("$(url_of "server-$number")")
    done
    print_export TICKETING_SERVERS "${urls[*]}"
    print_export TICKETING_GATEWAY "$TICKETING_GATEWAY"
    print_export TICKETING_ADMIN_EMAIL "$TICKETING_ADMIN_EMAIL"
    print_export TICKETING_ADMIN_PASSWORD "$TICKETING_ADMIN_PASSWORD"
}

# What the program itself said: `listening on http://ADDR`. Empty until then.
url_of() {
    sed -nE 's#^listening on (http://[^ ]+)$#\1#p' "$logs/$1.out" 2>/dev/null | head -n 1
}

listens() {
    [[ -n $(url_of "$1") ]]
}

is_ready() {
    local url
    url=$(url_of "$1")
    [[ $(http_status "${url#http://}" /readyz) == 200 ]]
}

# Names of the servers that were started and not ended by us, in order.
server_names() {
    find "$state/servers" -name '*.pid' -printf '%f\n' 2>/dev/null | sort -n | sed -E 's/(.*)\.pid/server-\1/'
}

# The servers first: while they drain they still need the gateway.
stop_servers() {
    local names name
    mapfile -t names < <(server_names)
    stop_programs "${names[@]}"
    stop_programs gateway
    for name in "${names[@]}" gateway; do
        forget "$name"
    done
}

# Only what was started is listed; false when one of those is gone.
status_of_servers() {
    local names name outcome=0
    mapfile -t names < <(server_names)
    [[ ! -e $(pid_file gateway) ]] || names=(gateway "${names[@]}")
    for name in "${names[@]}"; do
        if is_alive "$name"; then
            status_line "$name" running "$(url_of "$name")" "$(pid_of "$name")" "$(data_of_server "$name")"
        else
            status_line "$name" stopped - - "$(data_of_server "$name")"
            outcome=1
        fi
    done
    return "$outcome"
}

# A server keeps nothing of its own; pictures are of all of them.
data_of_server() {
    if [[ $1 == gateway ]]; then
        printf '%s/gateway\n' "$state"
    else
        echo -
    fi
}
