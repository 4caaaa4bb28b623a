#!/usr/bin/env bash
# Whether PortOne's own client can drive the sandbox gateway's debug build, and its verifier accepts
# the gateway's webhooks. The client comes from npm into target/portone.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly checkout
readonly client="$checkout/target/portone"

cd "$checkout"
readonly program=$checkout/target/debug/ticketing-sandbox-gateway
[[ -x $program ]] || {
    echo 'check-portone: no debug build: cargo build --workspace' >&2
    exit 1
}
mkdir -p "$client"
cp deploy/portone/package.json deploy/portone/package-lock.json deploy/portone/check.mjs "$client"
# npm compares real paths.
cd -P "$client"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node check.mjs "$program"
