# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# Ports, passwords and the settings made of them. Sourced by ./services.

# Ports are taken from below the range that the kernel hands out to clients.
readonly FIRST_PORT=20000
readonly PORT_COUNT=12000
readonly PORT_TRIES=200

# port_of NAME: the recorded port, chosen free at the first start.
port_of() {
    local file=$state/ports/$1
    [[ -s $file ]] || choose_port "$1"
    cat "$file"
}

choose_port() {
    local try port
    for ((try = 0; try < PORT_TRIES; try++)); do
        port=$((FIRST_PORT + (RANDOM * 32768 + RANDOM) % PORT_COUNT))
        if ! accepts "127.0.0.1:$port" && ! grep -qsx "$port" "$state"/ports/*; then
            printf '%s\n' "$port" >"$state/ports/$1"
            return
        fi
    done
    fail "found no free port in $PORT_TRIES tries"
}

# Before a start: a recorded port that another program took meanwhile is given up, aloud.
ensure_port_is_free() {
    local port
    port=$(port_of "$1")
    if accepts "127.0.0.1:$port"; then
        choose_port "$1"
        say "$1: port $port is taken by another program, now on $(port_of "$1")"
    fi
}

address_of() {
    printf '127.0.0.1:%s\n' "$(port_of "$1")"
}

# secret NAME: a random value, made once, readable by its owner alone.
# Hexadecimal, so that it needs no escaping in a URL or a configuration file.
secret() {
    local file=$secrets/$1
    [[ -s $file ]] || (umask 077 && random_bytes 24 | od -An -v -tx1 | tr -d ' \n' >"$file")
    cat "$file"
}

signing_key() {
    local file=$secrets/signing-key
    if [[ -n ${TICKETING_SIGNING_KEY:-} ]]; then
        printf '%s\n' "$TICKETING_SIGNING_KEY"
        return
    fi
    [[ -s $file ]] || (umask 077 && random_bytes 32 | base64 >"$file")
    cat "$file"
}

random_bytes() {
    head -c "$1" /dev/urandom
}

setting_of() {
    printf 'TICKETING_%s\n' "${1^^}"
}

own_value_of() {
    case $1 in
    postgres) printf 'postgres://ticketing:%s@%s/ticketing\n' "$(secret postgres)" "$(address_of postgres)" ;;
    redis) printf 'redis://:%s@%s/\n' "$(secret redis)" "$(address_of redis)" ;;
    kafka) address_of kafka ;;
    gateway) printf 'http://%s\n' "$(address_of gateway)" ;;
    esac
}

value_of() {
    local setting
    setting=$(setting_of "$1")
    if is_set_elsewhere "$1"; then
        printf '%s\n' "${!setting}"
    else
        own_value_of "$1"
    fi
}

# True when the environment names a service that is not this checkout's. A value printed here
# earlier is ours: `eval "$(./services env)"` must not stop the next `up` in the same shell.
is_set_elsewhere() {
    local setting
    setting=$(setting_of "$1")
    [[ -n ${!setting:-} ]] && ! grep -qsxF -- "${!setting}" "$secrets/printed/$1"
}

# Called once a program of ours runs: from now on its value is recognised as ours.
remember_as_printed() {
    local value
    value=$(own_value_of "$1")
    grep -qsxF -- "$value" "$secrets/printed/$1" ||
        (umask 077 && printf '%s\n' "$value" >>"$secrets/printed/$1")
}

without_password() {
    sed -E 's#//[^@/]*@#//***@#' <<<"$1"
}

is_up() {
    is_alive "$1" && accepts "$(address_of "$1")"
}

# In single quotes, so that every POSIX shell reads it back as it was.
print_export() {
    local quote="'\\''"
    printf "export %s='%s'\n" "$1" "${2//\'/$quote}"
}
