#!/bin/sh
# make-venv.sh FOLDER: a virtual environment with pip, on Python 3.11 or newer.
#
# An environment that works is kept. Debian and Ubuntu ship Python without ensurepip unless
# python3-venv is there, so several ways are tried before asking for it.
set -eu

venv=$1
oldest="3, 11"

say() { printf '%s\n' "make install: $*" >&2; }

new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < ($oldest))" >/dev/null 2>&1
}

works() {
    new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

# The newest first. Each is run, because a name on the PATH may be a shim of nothing (pyenv).
pythons() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then echo "$name"; fi
    done
}

# Every way ends in `works`: Debian's venv fails half-way and leaves a folder without pip.
with_venv() { "$1" -m venv --clear "$venv" >/dev/null 2>&1 && works; }
with_virtualenv() {
    command -v virtualenv >/dev/null 2>&1 &&
        virtualenv --clear --python "$1" "$venv" >/dev/null 2>&1 && works
}
with_pip_from_outside() {
    "$1" -m venv --clear --without-pip "$venv" >/dev/null 2>&1 &&
        "$1" -m pip --python "$venv/bin/python" install --quiet pip >/dev/null 2>&1 && works
}

make_one() {
    for python in $(pythons); do
        for way in with_venv with_virtualenv with_pip_from_outside; do
            if "$way" "$python"; then return 0; fi
        done
    done
    return 1
}

works && exit 0
make_one && exit 0

best=$(pythons | head -n 1)
if [ -n "$best" ]; then
    version=$("$best" -c 'import sys; print("python3.%d-venv" % sys.version_info.minor)')
else
    version=python3
fi

# Nothing is installed behind the back of someone who is not root: sudo would ask, or surprise.
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "no usable venv module; installing $version and python3-venv with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 || say "apt-get update failed, going on with the lists at hand"
    apt-get install -y -qq "$version" python3-venv >&2 ||
        apt-get install -y -qq python3 python3-venv >&2 || true
    make_one && exit 0
fi

rm -rf "$venv"
if [ -z "$(pythons)" ]; then
    say "Python 3.11 or newer is needed and none was found; install it (Debian 12+, Ubuntu 24.04+: apt install python3 python3-venv)."
else
    say "$best cannot make a virtual environment; install its venv module (Debian and Ubuntu: apt install $version)."
fi
exit 1
