#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to something that builds: installs the Debian packages that are missing.
#
#   ./boot.sh          what a build needs
#   ./boot.sh --all    what `make check` needs as well: cross toolchain, Wine, clang, pytest, the
#                      libraries for Windows and the packaged Open vSwitch to compare with (these
#                      two go to ~/.cache/weft and are not installed)
#   ./boot.sh demo     sets up what the demonstration needs, configures, and runs `make demo`
#   ./boot.sh check    sets up everything, configures, and runs `make check`
#
# Runs without questions, and does nothing where everything is there.
set -eu

BUILD="gcc libc6-dev linux-libc-dev make meson ninja-build pkg-config python3
       libuv1-dev libjansson-dev libssl-dev libck-dev libmnl-dev
       libcap-ng-dev scdoc"
DEMO="iproute2 iputils-ping iperf3 procps python3 tcpdump util-linux"
CHECK="$DEMO binutils clang clang-format-14 llvm libclang-rt-14-dev libcmocka-dev openssl
       python3-pytest python3-pytest-xdist python3-scapy ethtool socat
       osslsigncode wine wine64"

cd "$(dirname "$0")"

say() { echo "boot.sh: $*"; }
fail() { echo "boot.sh: $*" >&2; exit 1; }

missing() {
    command -v dpkg-query >/dev/null || fail "this is not Debian; a build needs the like of: $*"
    there=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "$@" 2>/dev/null || true) "
    for package; do
        case $there in
        *" installed=$package "*) ;;
        *) echo "$package" ;;
        esac
    done | sort -u
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

install_packages() {
    wanted=$(missing "$@" | tr '\n' ' ')
    [ -n "${wanted% }" ] || return 0
    [ "$(id -u)" = 0 ] || fail "not root, and these packages are missing: ${wanted% }
boot.sh: as root: apt-get install --no-install-recommends ${wanted% }"
    say "installing: ${wanted% }"
    for attempt in 1 2 3; do
        # The lists may be absent, or older than what the mirror still has.
        apt update || true
        # shellcheck disable=SC2086
        apt install --no-install-recommends $wanted && return 0
        say "attempt $attempt failed"
        sleep 5
    done
    # The mirror lacks a file of a newer version that its lists name: the release's own will do.
    # shellcheck disable=SC2086
    apt install --no-install-recommends -t bookworm $wanted ||
        fail "cannot install: ${wanted% }"
}

install_all() {
    # shellcheck disable=SC2046,SC2086
    install_packages $BUILD $CHECK $(dev/windows-deps --packages)
    dev/reference >/dev/null
    dev/windows-deps >/dev/null
}

configured() { [ -f Makefile ] && [ -f config.mk ] && [ -f build/build.ninja ]; }

# configure goes first where it has not run, and make repeats it where it is out of date.
configure_and() {
    configured || ./configure
    exec make "$@"
}

case ${1-} in
'')
    install_packages $BUILD
    say "ready: next ./configure && make" ;;
--all)
    install_all
    say "ready: next ./configure && make && make check" ;;
demo)
    # shellcheck disable=SC2086
    install_packages $BUILD $DEMO
    shift
    configure_and demo "$@" ;;
check)
    install_all
    shift
    configure_and check "$@" ;;
*)
    sed -n '/^#   /s/^#   //p' "$0"
    [ "${1-}" = --help ] || exit 1 ;;
esac
