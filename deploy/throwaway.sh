# shellcheck shell=bash disable=SC2154 # who sources it sets the checkout and says how to fail
# An embedded server of the debug build, to throw away. Sourced by the checks that ask one.

readonly START_SECONDS=30
server_pid=
server_url=

# Its output goes into the folder. Its administrator's address and password are exported.
start_server() {
    local folder=$1 program=$checkout/target/debug/ticketing-server waited name others=()
    [[ -x $program ]] || fail "no debug build: cargo build -p ticketing-server"
    export TICKETING_ADMIN_EMAIL=administrator@example.org
    TICKETING_ADMIN_PASSWORD=$(python3 -c 'import secrets; print(secrets.token_urlsafe(24))')
    export TICKETING_ADMIN_PASSWORD
    : >"$folder/server.out"
    # Nobody else's settings.
    for name in $(compgen -e TICKETING_); do
        [[ $name == TICKETING_ADMIN_* ]] || others+=(-u "$name")
    done
    env "${others[@]}" \
        "$program" --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --allow-synthetic-buyers \
        >"$folder/server.out" 2>"$folder/server.log" &
    server_pid=$!
    for ((waited = 0; waited < START_SECONDS * 10; waited++)); do
        server_url=$(sed -nE 's#^listening on (http://[^ ]+)$#\1#p' "$folder/server.out")
        [[ -z $server_url ]] || return 0
        kill -0 "$server_pid" 2>/dev/null || fail "the server ended: $(tail -n 5 "$folder/server.log")"
        sleep 0.1
    done
    fail "the server did not start in $START_SECONDS s"
}

end_server() {
    [[ -z $server_pid ]] || kill "$server_pid" 2>/dev/null || true
}
