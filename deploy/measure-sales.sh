#!/usr/bin/env bash
# What the box office bears, measured with its own load generator: on one server in the generator's
# process, and on two servers on the services. Only loopback, and each run ends by itself.
#
#     deploy/measure-sales.sh arena 5          a scenario so many times: arena, stadium, original-1000, ..
#     deploy/measure-sales.sh rates            joins, polls, holds and sales per second, by find-max
#     deploy/measure-sales.sh waiting          15,000 buyers who wait with a connection each
#     deploy/measure-sales.sh hour             an hour of questions: whether memory grows
#
# Runs are kept in target/measured.
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly ticketing=$checkout/target/release/ticketing
readonly SERVERS=2 RATES=(joins polls holds sales)
cd "$checkout"
runs=target/measured/$(date -u +%Y%m%dT%H%M%SZ)
readonly runs
started_services=no
servers=()

main() {
    trap clean_up EXIT
    # With everything else, as `./services servers` has it: the core is compiled once.
    cargo build --release --quiet --locked --workspace --bins
    mkdir -p "$runs"
    case ${1:-} in
    rates) both find_rates ;;
    waiting)
        start_servers
        play waiting deploy/load/waiting.toml 1
        ;;
    hour) play hour deploy/load/hour.toml 1 ;;
    ?*) both play "$1" "$1" "${2:-1}" ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && return 2 ;;
    esac
    deploy/load/summary.py "$runs"
}

# both COMMAND..: on the embedded server, then on two servers.
both() {
    "$@"
    start_servers
    "$@"
}

# play NAME SCENARIO TIMES
play() {
    local name=$1 scenario=$2 times=$3 round where=embedded
    ((${#servers[@]} == 0)) || where=servers
    for ((round = 1; round <= times; round++)); do
        # What it comes to is in the run: an invalid one is counted as such.
        deploy/first.sh "$ticketing" load run "$scenario" --seed "$round" "${servers[@]}" --progress none \
            --out "$runs/$name-$where-$round" >"$runs/$name-$where-$round.txt" 2>&1 ||
            echo "$name, $where, round $round: exit $?" >&2
    done
}

find_rates() {
    local name where=embedded
    ((${#servers[@]} == 0)) || where=servers
    for name in "${RATES[@]}"; do
        deploy/first.sh "$ticketing" load find-max "deploy/load/$name.toml" --from 100/s --for 5s --precision 20 \
            "${servers[@]}" -o json >"$runs/$name-$where.json" || echo "$name, $where: exit $?" >&2
    done
}

start_servers() {
    local printed url urls
    if ! ./services status >/dev/null 2>&1; then
        started_services=yes
        ./services up
    fi
    printed=$(./services servers "$SERVERS")
    eval "$printed"
    read -ra urls <<<"$TICKETING_SERVERS"
    for url in "${urls[@]}"; do
        servers+=(--server "$url")
    done
}

clean_up() {
    local outcome=$?
    [[ $started_services == no ]] || ./services down || outcome=1
    exit "$outcome"
}

main "$@"
