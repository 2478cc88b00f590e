#!/bin/sh
# Runs before the stand-in is removed: stops the service. It does not disable it or undo anything else.
set -e

if [ -f /etc/default/alloy ]; then
  # shellcheck source=/dev/null
  . /etc/default/alloy
fi

case "$1" in
remove)
  if command -v systemctl; then systemctl stop alloy.service >/dev/null 2>&1 || true; fi
  ;;
esac
