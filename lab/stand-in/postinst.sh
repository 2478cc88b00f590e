#!/bin/sh
# Runs after the stand-in is unpacked. As recorded from the real package, it creates user, group and
# directories on every configure, and restarts the service on an upgrade, never on a fresh install. It sources
# the environment file first, under `set -e`: a file that systemd accepts and sh does not breaks the upgrade.
set -e

if [ -f /etc/default/alloy ]; then
  # shellcheck source=/dev/null
  . /etc/default/alloy
fi
user=${ALLOY_USER:-alloy}
group=${ALLOY_GROUP:-alloy}

add_to_group() {
  if getent group "$1" >/dev/null; then usermod -a -G "$1" "$user"; fi
}

configure() {
  getent group "$group" >/dev/null || groupadd -r "$group"
  getent passwd "$user" >/dev/null ||
    useradd -m -r -g "$group" -d /var/lib/alloy -s /sbin/nologin -c "alloy user" "$user"
  add_to_group adm
  add_to_group systemd-journal
  for folder in /var/lib/alloy /var/lib/alloy/data; do
    [ -d "$folder" ] && continue
    mkdir -p "$folder"
    chown "$user:$group" "$folder"
    chmod 770 "$folder"
  done
  chown "root:$group" /etc/alloy
  chmod 770 /etc/alloy
}

restart() {
  [ "${RESTART_ON_UPGRADE:-}" = true ] || return 0
  command -v systemctl || return 0
  systemctl daemon-reload
  systemctl restart alloy.service
}

case "$1" in
configure)
  configure
  # the version that was configured before, empty on a fresh install
  if [ -n "${2:-}" ]; then restart; fi
  ;;
esac
