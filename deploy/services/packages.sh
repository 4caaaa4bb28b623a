# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# What has to be installed, on Debian, and only where it is missing. Sourced by ./services.

readonly APT_SECONDS=900
# Kafka's brokers need this Java at least.
readonly JAVA_MIN=17

install_missing() {
    local packages
    read -ra packages <<<"$(missing_packages)"
    ((${#packages[@]} > 0)) || return 0
    local line="apt-get install -y --no-install-recommends ${packages[*]}"
    command -v apt-get >/dev/null || fail "missing here, and there is no apt-get: ${packages[*]}"
    ((EUID == 0)) || fail "missing packages; as root, run: apt-get update && $line"
    say "installing: ${packages[*]}"
    run_apt update
    run_apt install -y --no-install-recommends "${packages[@]}"
}

run_apt() {
    DEBIAN_FRONTEND=noninteractive timeout "$APT_SECONDS" apt-get "$@" \
        </dev/null >>"$logs/apt.log" 2>&1 || fail_with_log "$logs/apt.log" "apt-get $1 failed"
}

missing_packages() {
    local missing=()
    is_set_elsewhere postgres || [[ -n $(postgres_programs) ]] || missing+=(postgresql)
    is_set_elsewhere redis || has redis-server redis-cli || missing+=(redis-server)
    if ! is_set_elsewhere kafka; then
        has_java || missing+=(default-jre-headless)
        has_kafka_jars || has mvn || missing+=(maven)
    fi
    # One test sets a server's wall clock forward with it.
    has_faketime || missing+=(libfaketime)
    printf '%s\n' "${missing[*]}"
}

has_faketime() {
    compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null
}

has() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || return 1
    done
}

has_java() {
    local version
    has java || return 1
    version=$(java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1)
    [[ -n $version ]] && ((version >= JAVA_MIN))
}
