# shellcheck shell=sh
# Tells what the probe does not. Changes nothing.
# $1, $2: where packages come from, as a name and a port.
main() {
  synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null)
  echo "ntp ${synchronized:-unknown}"
  # SUDO_USER is who was let in; without sudo nobody keeps what it is given
  if [ -n "${SUDO_USER:-}" ] && sudo -n -l -U "$SUDO_USER" 2>/dev/null | grep -Eq '(^|[ ,])log_input([ ,]|$)'; then
    echo 'log_input yes'
  fi
  for folder in /etc /etc/apt /usr /var/lib /var/cache/apt; do
    # root may write everywhere but on what is mounted read-only
    [ -d "$folder" ] && ! [ -w "$folder" ] && echo "readonly $folder"
  done
  reach "$@"
}

# An apt with a proxy of its own needs no way there.
reach() {
  command -v bash >/dev/null || return 0
  apt-config dump 2>/dev/null | grep -qi '^acquire::https\{0,1\}::proxy' && return 0
  # a bash whose stdin is a socket takes itself for a login and reads .bashrc
  # shellcheck disable=SC2016 # for bash
  said=$(timeout 5 bash --norc -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1 </dev/null)
  case $? in
    0) ;;
    124) echo 'unreachable no answer within 5 s' ;;
    *) echo "unreachable $(printf '%s\n' "$said" | sed -n '1s/.*: //p')" ;;
  esac
}
main "$@"
