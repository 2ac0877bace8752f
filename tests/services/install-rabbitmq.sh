#!/bin/sh
# Where neither a broker answers nor rabbitmq-server is installed, installs it: as root, with apt.
# Otherwise does nothing: the tests say themselves, in one sentence, what they miss.
set -eu

[ -z "${CONNECTOR_TEST_BROKER_URL:-}" ] || exit 0
[ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || exit 0
[ "$(id -u)" -eq 0 ] || exit 0
command -v apt-get >/dev/null 2>&1 || exit 0

echo "make test: installing rabbitmq-server with apt-get" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2 || echo "make test: apt-get update failed, going on" >&2
apt-get install -y -qq --no-install-recommends rabbitmq-server >&2 ||
    echo "make test: apt-get could not install rabbitmq-server" >&2
