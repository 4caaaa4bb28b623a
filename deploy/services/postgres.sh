# shellcheck shell=bash disable=SC2154 # ./services sets the folders
# A private PostgreSQL. Sourced by ./services.
#
# fsync and synchronous_commit stay on: what is acknowledged is durable here as in earnest.

# PostgreSQL refuses to run as root; this system user runs it then.
readonly POSTGRES_USER=ticketing-services
readonly POSTGRES_START_SECONDS=60
# A test run opens a small pool per test, many at once.
readonly POSTGRES_MAX_CONNECTIONS=200

start_postgres() {
    local programs data
    ensure_postgres_user
    ensure_postgres_folder
    data=$(data_of_postgres)
    programs=$(postgres_programs)
    [[ -n $programs ]] || fail "no PostgreSQL programs found for the data in $data"
    as_postgres test -s "$data/PG_VERSION" || init_postgres "$programs" "$data"
    if ! runs_unrecorded "$data"; then
        clear_after_crash "$data"
        ensure_port_is_free postgres
        launch_postgres "$programs" "$data"
    fi
    remember postgres "$(as_postgres head -n 1 "$data/postmaster.pid")"
    create_database "$programs"
    remember_as_printed postgres
}

launch_postgres() {
    local programs=$1 data=$2
    (
        raise_open_files
        as_postgres "$programs/pg_ctl" -w -t "$POSTGRES_START_SECONDS" -D "$data" \
            -o "-p $(port_of postgres) -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" \
            -o "-c max_connections=$POSTGRES_MAX_CONNECTIONS" start
    ) </dev/null >>"$logs/postgres.log" 2>&1 ||
        fail_with_log "$logs/postgres.log" "postgres did not start within $POSTGRES_START_SECONDS s"
}

stop_postgres() {
    as_postgres "$(postgres_programs)/pg_ctl" -w -t "$STOP_SECONDS" -m fast \
        -D "$(data_of_postgres)" stop >>"$logs/postgres.log" 2>&1 ||
        fail_with_log "$logs/postgres.log" "postgres did not stop within $STOP_SECONDS s"
}

# The folder with initdb and pg_ctl: of the version that made the data, else the newest.
# Empty when there is none.
postgres_programs() {
    local version='*' data
    data=$(data_of_postgres)
    if as_postgres test -s "$data/PG_VERSION" 2>/dev/null; then
        version=$(as_postgres cat "$data/PG_VERSION")
    fi
    # shellcheck disable=SC2086 # the version may be the pattern for any
    find /usr/lib/postgresql/$version/bin -maxdepth 1 -name initdb -printf '%h\n' 2>/dev/null |
        sort -V | tail -n 1
}

as_postgres() {
    if ((EUID == 0)); then
        (cd / && exec setpriv --reuid="$POSTGRES_USER" --regid="$POSTGRES_USER" --clear-groups "$@")
    else
        "$@"
    fi
}

ensure_postgres_user() {
    ((EUID == 0)) || return 0
    getent passwd "$POSTGRES_USER" >/dev/null && return 0
    useradd --system --no-create-home --shell /usr/sbin/nologin "$POSTGRES_USER" ||
        fail "could not make the system user $POSTGRES_USER"
    say "made the system user $POSTGRES_USER, which runs PostgreSQL"
}

# Under the checkout, or, once recorded, where its user could reach a folder.
postgres_folder() {
    cat "$state/postgres-folder" 2>/dev/null || printf '%s/postgres\n' "$state"
}

data_of_postgres() {
    printf '%s/data\n' "$(postgres_folder)"
}

# The system user must be able to walk to its data: a checkout below a private folder (0700)
# keeps it out, and the data then lives elsewhere.
ensure_postgres_folder() {
    local folder
    folder=$(postgres_folder)
    make_postgres_folder "$folder"
    as_postgres test -w "$folder" 2>/dev/null && return 0
    rmdir "$folder"
    folder=${TMPDIR:-/tmp}/ticketing-services-$(printf '%s' "$checkout" | sha256sum | cut -c 1-16)
    make_postgres_folder "$folder"
    as_postgres test -w "$folder" || fail "user $POSTGRES_USER can write neither under $state nor to $folder"
    printf '%s\n' "$folder" >"$state/postgres-folder"
    say "postgres: user $POSTGRES_USER cannot reach $state; its data is in $folder"
}

# A name in a shared folder can be guessed: whatever is there already must be ours.
make_postgres_folder() {
    local owner=$EUID
    ((EUID != 0)) || owner=$(id -u "$POSTGRES_USER")
    if mkdir -m 0700 "$1" 2>/dev/null; then
        chown "$owner" "$1"
    elif [[ -L $1 || ! -d $1 || $(stat -c %u "$1") != "$owner" ]]; then
        fail "$1 exists and is not a folder of user $owner: remove it or give it to that user"
    fi
}

# initdb runs as another user than us, so it gets a copy of the password file for the moment.
init_postgres() {
    local programs=$1 data=$2 password_file
    say "postgres: making a new database cluster in $data"
    password_file=$(postgres_folder)/password
    # shellcheck disable=SC2016 # $1 belongs to the inner shell
    secret postgres | as_postgres sh -c 'umask 077 && cat >"$1"' sh "$password_file"
    as_postgres "$programs/initdb" -D "$data" -U ticketing --auth=scram-sha-256 \
        --pwfile="$password_file" -E UTF8 --no-locale >>"$logs/postgres.log" 2>&1 || {
        as_postgres rm -f "$password_file"
        fail_with_log "$logs/postgres.log" "initdb failed"
    }
    as_postgres rm -f "$password_file"
}

# An `up` that was interrupted may have left a postmaster that works in our folder, on our port.
runs_unrecorded() {
    local lines
    mapfile -t lines < <(as_postgres cat "$1/postmaster.pid" 2>/dev/null)
    ((${#lines[@]} >= 4)) || return 1
    [[ $(readlink "/proc/${lines[0]}/cwd") == "$1" && ${lines[3]} == "$(port_of postgres)" ]] || return 1
    wait_until "$POSTGRES_START_SECONDS" accepts "$(address_of postgres)"
}

# After a SIGKILL of the postmaster its children need a moment to notice, and a postmaster that
# nobody reaped still looks alive to PostgreSQL. Only when no process works in the data folder
# any more is its lock file stale for sure.
clear_after_crash() {
    local data=$1
    as_postgres test -e "$data/postmaster.pid" || return 0
    wait_until "$STOP_SECONDS" nobody_works_in "$data" ||
        fail "a PostgreSQL that ./services did not record runs on $data"
    as_postgres rm -f "$data/postmaster.pid"
}

nobody_works_in() {
    ! find /proc -maxdepth 2 -name cwd -lname "$1" 2>/dev/null | grep -q .
}

create_database() {
    local programs=$1 found
    (
        umask 077
        printf '%s:*:ticketing:%s\n' "$(address_of postgres)" "$(secret postgres)" >"$secrets/pgpass"
    )
    found=$(run_psql "$programs" postgres "SELECT count(*) FROM pg_database WHERE datname = 'ticketing'") ||
        fail_with_log "$logs/postgres.log" "postgres does not answer"
    ((found == 1)) || run_psql "$programs" postgres 'CREATE DATABASE ticketing' >/dev/null
}

run_psql() {
    PGPASSFILE=$secrets/pgpass PGCONNECT_TIMEOUT=10 "$1/psql" -w -X -q -t -A -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$(port_of postgres)" -U ticketing -d "$2" -c "$3"
}

wipe_postgres() {
    rm -rf -- "$state/postgres"
    if [[ $(postgres_folder) == */ticketing-services-* ]]; then
        rm -rf -- "$(postgres_folder)"
    fi
    rm -f -- "$state/postgres-folder"
}
