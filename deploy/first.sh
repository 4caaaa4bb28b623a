#!/usr/bin/env bash
# Lets a command have the processors before everything else on this machine, so that a load generator keeps
# its schedule beside the servers that it measures. Needs to be root, or to have CAP_SYS_NICE.
#
#     deploy/first.sh ticketing load run arena --server http://127.0.0.1:8080
#
# Linux shares processors out by session, where it does so (sched_autogroup), and by nice value: the command
# gets a session of its own, and what ends this script by a signal ends the command in the same way.
set -uo pipefail

readonly NICE=-15
(($# > 0)) || {
    sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

setsid bash -c '
    if [[ -e /proc/self/autogroup ]] && ! { echo "$1" >/proc/self/autogroup; } 2>/dev/null; then
        echo "first.sh: only root, or who has CAP_SYS_NICE, goes first" >&2
        exit 1
    fi
    exec nice -n "$1" "${@:2}"' first "$NICE" "$@" &
readonly command=$!
trap 'kill -INT "$command"' INT
trap 'kill -TERM "$command"' TERM
# A signal ends the waiting and not the command.
until wait "$command"; outcome=$?; ! kill -0 "$command" 2>/dev/null; do :; done
exit "$outcome"
