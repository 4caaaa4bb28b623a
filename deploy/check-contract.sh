#!/usr/bin/env bash
# Asks a running server whether it keeps what its OpenAPI document says: the document against the
# OpenAPI 3.1 schema, then made-up requests as buyer and as organizer.
#
#     TICKETING_ADMIN_EMAIL=.. TICKETING_ADMIN_PASSWORD=.. deploy/check-contract.sh http://127.0.0.1:8080
#
# Without an address it starts an embedded server of its own from the debug build. The tools come
# from PyPI into target/contract; the server must be one to throw away.
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly tools=$checkout/target/contract

fail() {
    echo "check-contract: $*" >&2
    exit 1
}

# shellcheck source=deploy/throwaway.sh
source "$checkout/deploy/throwaway.sh"

main() {
    (($# <= 1)) || fail "usage: deploy/check-contract.sh [URL]"
    trap end_server EXIT
    install_tools
    local url=${1:-}
    if [[ -z $url ]]; then
        start_server "$tools"
        url=$server_url
    fi
    python3 - "$url/openapi.json" "$tools/openapi.json" <<'PYTHON'
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(sys.argv[1], timeout=10) as answer, open(sys.argv[2], "wb") as file:
    file.write(answer.read())
PYTHON
    "$tools/venv/bin/openapi-spec-validator" --schema 3.1 "$tools/openapi.json"
    "$tools/venv/bin/python" "$checkout/deploy/contract/run.py" "$url"
}

install_tools() {
    local wanted=$checkout/deploy/contract/requirements.txt
    cmp -s "$wanted" "$tools/requirements.txt" && return
    rm -rf "$tools/venv"
    mkdir -p "$tools"
    python3 -m venv "$tools/venv" || fail "python3 has no venv: install python3-venv"
    "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --retries 3 --timeout 30 -r "$wanted"
    cp "$wanted" "$tools/requirements.txt"
}

main "$@"
