#!/usr/bin/env bash
# A person's whole way through the checkout page in headless Chromium, on an embedded server of the debug
# build: by keyboard alone, in Korean and in English, looked at by axe, with scanners that read the tickets
# from the screen and from paper. Pictures of every face are kept in target/checkout/pictures.
#
# Debian's packages that it needs are installed where they are missing (as root); the rest comes from npm
# into target/checkout.
set -euo pipefail
shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly tools=$checkout/target/checkout
readonly APT_SECONDS=600

fail() {
    echo "check-checkout: $*" >&2
    exit 1
}

# shellcheck source=deploy/throwaway.sh
source "$checkout/deploy/throwaway.sh"

main() {
    trap end_server EXIT
    mkdir -p "$tools"
    local tool
    for tool in node npm python3; do
        command -v "$tool" >/dev/null || fail "$tool is missing"
    done
    install_packages
    cp "$checkout"/deploy/checkout/* "$tools"
    # npm compares real paths.
    cd -P "$tools"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    start_server "$tools"
    node check.mjs "$server_url" "$tools/pictures"
}

install_packages() {
    local missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    command -v zbarimg >/dev/null || missing+=(zbar-tools)
    command -v pdftoppm >/dev/null || missing+=(poppler-utils)
    # What poppler knows of Korean, and letters to write it with.
    [[ -d /usr/share/poppler/cMap ]] || missing+=(poppler-data)
    [[ -d /usr/share/fonts/truetype/nanum ]] || missing+=(fonts-nanum)
    ((${#missing[@]} > 0)) || return 0
    local line="apt-get install -y --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || fail "missing here, and there is no apt-get: ${missing[*]}"
    ((EUID == 0)) || fail "missing packages; as root, run: apt-get update && $line"
    {
        DEBIAN_FRONTEND=noninteractive timeout "$APT_SECONDS" apt-get update
        DEBIAN_FRONTEND=noninteractive timeout "$APT_SECONDS" $line
    } >"$tools/apt.log" 2>&1 </dev/null || fail "apt-get failed: $(tail -n 5 "$tools/apt.log")"
}

main "$@"
