# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# Programs started by ./services: recorded, recognised, waited for, ended.
# Sourced by ./services, which sets $state, $logs and $checkout.

# Files a busy Kafka or PostgreSQL may want open; the usual soft limit of 1024 is too few.
readonly OPEN_FILES_WANTED=65536
# How long a program may take to end by itself before it is killed.
readonly STOP_SECONDS=40
# How much of a log is shown when its program did not start.
readonly LOG_LINES_SHOWN=20
# How long one HTTP answer may take.
readonly HTTP_SECONDS=5

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "services: $*"
    exit 1
}

fail_usage() {
    say "services: $*"
    say "try ./services --help"
    exit 2
}

# A program did not do what it should: say so, show the end of its log, stop.
fail_with_log() {
    local log=$1
    shift
    if [[ -s $log ]]; then
        say "--- the end of $log"
        tail -n "$LOG_LINES_SHOWN" -- "$log" >&2
        say "---"
    fi
    fail "$@"
}

# wait_until SECONDS COMMAND..: true as soon as the command is, false when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# What tells this process from a later one with the same pid: when it started, on which boot,
# and for which checkout (so that a copy of target/ never ends the original's programs).
# Empty for a process that is gone or only waits to be reaped.
identity_of_pid() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    local fields
    # The name in parentheses may hold anything; what follows is fixed: state is first.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != [ZX] ]] || return 0
    printf '%s %s %s\n' "${fields[19]}" "$(cat /proc/sys/kernel/random/boot_id)" "$checkout"
}

pid_file() {
    case $1 in
    server-*) printf '%s/servers/%s.pid\n' "$state" "${1#server-}" ;;
    *) printf '%s/run/%s.pid\n' "$state" "$1" ;;
    esac
}

pid_of() {
    cat "$(pid_file "$1")" 2>/dev/null || echo -
}

# remember NAME PID
remember() {
    local file
    file=$(pid_file "$1")
    mkdir -p "$(dirname "$file")"
    identity_of_pid "$2" >"${file%.pid}.identity"
    printf '%s\n' "$2" >"$file"
}

forget() {
    local file
    file=$(pid_file "$1")
    rm -f -- "$file" "${file%.pid}.identity"
}

# True while the recorded pid is still the program that was recorded.
is_alive() {
    local file identity
    file=$(pid_file "$1")
    [[ -s $file && -s ${file%.pid}.identity ]] || return 1
    identity=$(identity_of_pid "$(<"$file")")
    [[ -n $identity && $identity == "$(<"${file%.pid}.identity")" ]]
}

is_not_alive() {
    ! is_alive "$1"
}

# wait_for_start NAME SECONDS CHECK LOG: until CHECK is true; stops with the end of the log as
# soon as the program is gone, or when the time is over.
wait_for_start() {
    local name=$1 seconds=$2 check=$3 log=$4
    wait_until "$seconds" true_or_gone "$check" "$name" ||
        fail_with_log "$log" "$name is not ready after $seconds s"
    is_alive "$name" || fail_with_log "$log" "$name ended while it started"
}

true_or_gone() {
    "$1" "$2" || is_not_alive "$2"
}

# start_program NAME STDOUT STDERR COMMAND..: in a session of its own, so that neither a closed
# terminal nor Ctrl-C reaches it, with nothing of ours left open.
start_program() {
    local name=$1 stdout=$2 stderr=$3
    shift 3
    (
        raise_open_files
        cd /
        exec setsid "$@" </dev/null >>"$stdout" 2>>"$stderr"
    ) &
    remember "$name" "$!"
}

raise_open_files() {
    local hard
    hard=$(ulimit -Hn)
    if [[ $hard == unlimited ]] || ((hard > OPEN_FILES_WANTED)); then
        hard=$OPEN_FILES_WANTED
    fi
    ulimit -Sn "$hard"
}

# stop_programs NAME..: asks all to end, then waits for each.
stop_programs() {
    local name
    for name in "$@"; do
        ! is_alive "$name" || kill -TERM "$(pid_of "$name")" 2>/dev/null || true
    done
    for name in "$@"; do
        wait_until "$STOP_SECONDS" is_not_alive "$name" || kill_program "$name"
    done
}

kill_program() {
    say "$1: did not end within $STOP_SECONDS s of SIGTERM, killed"
    kill -KILL "$(pid_of "$1")" 2>/dev/null || true
    wait_until "$STOP_SECONDS" is_not_alive "$1" || fail "$1: pid $(pid_of "$1") does not end"
}

accepts() {
    (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

# http_status ADDRESS PATH: the status code of a GET, without needing curl.
http_status() {
    local connection line='' rest
    {
        exec {connection}<>"/dev/tcp/${1%:*}/${1##*:}"
    } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$1" >&"$connection"
    IFS= read -r -t "$HTTP_SECONDS" line <&"$connection" || true
    # Read to the end, or the server logs a connection that was reset.
    while IFS= read -r -t "$HTTP_SECONDS" rest <&"$connection"; do
        : "$rest"
    done
    exec {connection}>&-
    [[ $line =~ ^HTTP/1\.[01]\ ([0-9]{3}) ]] && echo "${BASH_REMATCH[1]}"
}
