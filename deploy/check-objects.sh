#!/usr/bin/env bash
# Whether pictures are kept on an S3 as they are in a folder: the behaviour tests of pictures, once
# more, against an S3 server of its own. It is s3s-fs, which cargo builds into target/objects.
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly folder=$checkout/target/objects
readonly VERSION=0.14.1
readonly BUCKET=pictures
readonly START_SECONDS=10
server_pid=

fail() {
    echo "check-objects: $*" >&2
    exit 1
}

main() {
    trap end_server EXIT
    cd "$checkout"
    cargo install --debug --locked --quiet --root "$folder" --target-dir "$folder/build" \
        --features binary "s3s-fs@$VERSION"
    AWS_ACCESS_KEY_ID=$(random)
    AWS_SECRET_ACCESS_KEY=$(random)
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    start_server
    export TICKETING_OBJECTS=s3://$BUCKET/tests AWS_REGION=somewhere AWS_ALLOW_HTTP=true
    cargo test --workspace --locked --test behaviour -- --include-ignored pictures
}

start_server() {
    local port waited files=$folder/files
    rm -rf "$files"
    mkdir -p "$files/$BUCKET"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # It takes its key as an argument only: one to throw away, which guards nothing.
    "$folder/bin/s3s-fs" --host 127.0.0.1 --port "$port" \
        --access-key "$AWS_ACCESS_KEY_ID" --secret-key "$AWS_SECRET_ACCESS_KEY" "$files" \
        >"$folder/server.log" 2>&1 &
    server_pid=$!
    export AWS_ENDPOINT_URL=http://127.0.0.1:$port
    for ((waited = 0; waited < START_SECONDS * 10; waited++)); do
        ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
        kill -0 "$server_pid" 2>/dev/null || fail "the server ended: $(tail -n 5 "$folder/server.log")"
        sleep 0.1
    done
    fail "the server did not start in $START_SECONDS s"
}

random() {
    head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

end_server() {
    [[ -z $server_pid ]] || kill "$server_pid" 2>/dev/null || true
}

main
