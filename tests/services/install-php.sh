#!/bin/sh
# Where there is no PHP, installs its command line for the tests of our Moodle plugin: as root, with
# apt. Otherwise does nothing: the tests say themselves, in one sentence, what they miss.
set -eu

command -v php >/dev/null 2>&1 && exit 0
[ "$(id -u)" -eq 0 ] || exit 0
command -v apt-get >/dev/null 2>&1 || exit 0

echo "make test: installing php-cli with apt-get" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2 || echo "make test: apt-get update failed, going on" >&2
apt-get install -y -qq --no-install-recommends php-cli >&2 ||
    echo "make test: apt-get could not install php-cli" >&2
