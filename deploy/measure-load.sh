#!/usr/bin/env bash
# How many requests the load generator sends per second of its own processor time, beside oha (from
# crates.io) and wrk (from Debian), against the same bare server in the same run. Only loopback, a few
# seconds each. Run it from anywhere: deploy/measure-load.sh [CONNECTIONS] [SECONDS]
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly connections=${1:-64} seconds=${2:-8}
readonly ROUNDS=5 OHA=1.16.0
cd "$checkout"
TIMEFORMAT='%U %S'
work=$(mktemp -d)
readonly work
server_in=

main() {
    trap clean_up EXIT
    local tool
    for tool in cargo wrk python3; do
        command -v "$tool" >/dev/null || {
            echo "$tool is missing (wrk is a package of Debian)" >&2
            return 1
        }
    done
    cargo build --release --quiet --locked --workspace --bins --example bare
    cargo install --quiet --locked --root target/tools --version "$OHA" oha
    start_server
    local round
    for ((round = 1; round <= ROUNDS; round++)); do
        measure users ours_users requests_of_run
        measure lanes ours_lanes requests_of_run
        measure oha oha requests_of_oha
        measure oha-rate oha_at_the_rate requests_of_oha
        measure wrk with_wrk requests_of_wrk
    done
    report
}

start_server() {
    mkfifo "$work/in" "$work/out"
    target/release/examples/bare <"$work/in" >"$work/out" &
    exec {server_in}>"$work/in"
    read -r url <"$work/out"
    readonly url
}

# measure NAME SENDER READER: writes `NAME REQUESTS CPU-SECONDS` to the results. Only the sender's processor
# time counts; what it says is read afterwards.
measure() {
    local name=$1 sender=$2 reader=$3 requests cpu
    { time "$sender" >"$work/said" 2>"$work/talk"; } 2>"$work/time" || {
        echo "$name failed:" >&2
        cat "$work/talk" "$work/time" >&2
        return 1
    }
    requests=$("$reader" <"$work/said")
    cpu=$(tail -n 1 "$work/time")
    printf '%s %s %s\n' "$name" "$requests" "$cpu" >>"$work/results"
}

# ours ARGUMENT..: a run that is invalid, since the generator and the server share the machine and leave it
# no time, still counts what was answered.
ours() {
    target/release/ticketing load quick GET "$url" "$@" --for "${seconds}s" --progress none -o json ||
        (($? == 22))
}

# A connection per user, each again once it was answered.
ours_users() {
    ours --users "$connections"
}

# Arrivals that share connections.
ours_lanes() {
    ours --rate "$(rate)/s" --lanes "$connections"
}

# Below what users reach: a schedule that nobody can keep measures nothing.
rate() {
    awk '$1 == "users" { print int($2 / '"$seconds"' * 0.6) }' "$work/results" | tail -n 1
}

oha() {
    target/tools/bin/oha --no-tui --output-format json -c "$connections" -z "${seconds}s" "$@" "$url"
}

oha_at_the_rate() {
    oha -q "$(rate)" --latency-correction
}

with_wrk() {
    wrk -t 2 -c "$connections" -d "${seconds}s" "$url"
}

requests_of_run() {
    python3 -c 'import json, sys; print(json.load(sys.stdin)["steps"][0]["outcomes"]["ok"])'
}

requests_of_oha() {
    python3 -c 'import json, sys; print(json.load(sys.stdin)["statusCodeDistribution"]["200"])'
}

requests_of_wrk() {
    awk '/requests in/ { print $1 }'
}

report() {
    python3 - "$work/results" "$connections" <<'PYTHON'
import statistics, sys

rates = {}
for line in open(sys.argv[1]):
    name, requests, user, system = line.split()
    rates.setdefault(name, []).append(int(requests) / (float(user) + float(system)))
middle = {name: statistics.median(many) for name, many in rates.items()}
print(f"{sys.argv[2]} connections; requests per second of the generator's own processor time")
for name, many in rates.items():
    beside = ", ".join(f"{middle[name] / middle[other]:.2f} of {other}" for other in ("oha", "oha-rate", "wrk"))
    print(f"{name:>8} {middle[name]:>10.0f}  ({min(many):.0f} to {max(many):.0f})  {beside}")
PYTHON
}

clean_up() {
    [[ -z $server_in ]] || exec {server_in}>&-
    wait
    rm -rf "$work"
}

main "$@"
