# Shared by the scripts in this folder; sourced, never run.
# One rule: a script says what it is about to do, and when it fails it names the missing piece in one line.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools="$root/target/tools"
script=$(basename "$0")

say()  { printf '\033[1m[%s]\033[0m %s\n' "$script" "$*" >&2; }
die()  { printf '\033[1;31m[%s] failed:\033[0m %s\n' "$script" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# usage "$@": prints the comment block at the top of the calling script for --help.
usage() {
    case "${1:-}" in
        -h | --help)
            sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"
            exit 0
            ;;
    esac
}

# Tools built by scripts/setup, and those that npm put beside the tests.
export PATH="$HOME/.cargo/bin:$root/tests/node_modules/.bin:$PATH"

has_wasm_std() {
    local sysroot
    sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
    compgen -G "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib/libcore-*.rlib" >/dev/null
}

# Puts the compiler that can build wasm32 first on PATH: rustup's own where it has the target,
# otherwise Debian's (see scripts/setup), reached through two links so that nothing else changes.
use_wasm_toolchain() {
    export CARGO_TARGET_DIR="$root/target/wasm"
    if has_wasm_std rustc; then return; fi
    has_wasm_std /usr/bin/rustc || die "no compiler with the wasm32-unknown-unknown target: run scripts/setup"
    mkdir -p "$tools/wasm-bin"
    ln -sf /usr/bin/rustc /usr/bin/cargo "$tools/wasm-bin/"
    export PATH="$tools/wasm-bin:$PATH"
}

# locked_version CRATE: the version that Cargo.lock pins.
locked_version() {
    awk -v name="\"$1\"" '$1 == "name" { hit = ($3 == name) } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' "$root/Cargo.lock"
}

# elapsed SECONDS_AT_START: "1 min 12 s".
elapsed() {
    local s=$((SECONDS - ${1:-0}))
    if [ $s -ge 60 ]; then echo "$((s / 60)) min $((s % 60)) s"; else echo "$s s"; fi
}
