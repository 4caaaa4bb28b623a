# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# A private Redis with its append-only file on. Sourced by ./services.

readonly REDIS_START_SECONDS=60
readonly REDIS_ANSWER_SECONDS=5

start_redis() {
    mkdir -p "$(data_of_redis)"
    chmod 0700 "$(data_of_redis)"
    ensure_port_is_free redis
    write_redis_configuration
    start_program redis "$logs/redis.log" "$logs/redis.log" redis-server "$secrets/redis.conf"
    wait_for_start redis "$REDIS_START_SECONDS" redis_answers "$logs/redis.log"
    remember_as_printed redis
}

stop_redis() {
    stop_programs redis
}

data_of_redis() {
    printf '%s/redis\n' "$state"
}

# In a file, because every user of the machine can read a program's arguments.
write_redis_configuration() {
    (
        umask 077
        cat >"$secrets/redis.conf" <<CONFIGURATION
port $(port_of redis)
bind 127.0.0.1
dir "$(data_of_redis)"
appendonly yes
appendfsync everysec
save ""
daemonize no
requirepass $(secret redis)
CONFIGURATION
    )
}

redis_answers() {
    local answer
    answer=$(REDISCLI_AUTH=$(secret redis) timeout "$REDIS_ANSWER_SECONDS" \
        redis-cli -h 127.0.0.1 -p "$(port_of redis)" ping 2>/dev/null) && [[ $answer == PONG ]]
}
