#!/usr/bin/env bash
# Checks the syntax of compose.yaml, and that no secret in it has a default. Starts nothing.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
readonly folder
readonly compose=$folder/compose.yaml
readonly example=$folder/compose.env.example

secret_names() {
    sed -nE 's/^([A-Z_]+)=$/\1/p' "$example"
}

# Every name of the example must be demanded by compose.yaml, with no default (`:-`, `-`) anywhere.
check_secrets() {
    local name outcome=0
    for name in $(secret_names); do
        if ! grep -qF "\${$name:?" "$compose"; then
            echo "compose.yaml does not demand $name" >&2
            outcome=1
        fi
    done
    if grep -nE '\$\{[A-Z_]+:?-' "$compose" >&2; then
        echo "compose.yaml gives a setting a default" >&2
        outcome=1
    fi
    return "$outcome"
}

# With docker's compose plugin in full; otherwise only that it is YAML with services in it.
check_syntax() {
    local name settings=()
    for name in $(secret_names); do
        settings+=("$name=placeholder")
    done
    if docker compose version >/dev/null 2>&1; then
        env "${settings[@]}" docker compose -f "$compose" config --quiet
        echo "compose.yaml: checked by docker compose"
    elif python3 -c 'import yaml' 2>/dev/null; then
        python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))["services"]' "$compose"
        echo "compose.yaml: parsed as YAML only, docker compose is not here"
    else
        echo "neither docker compose nor Python with PyYAML is here: nothing can check compose.yaml" >&2
        return 1
    fi
}

check_secrets
check_syntax
