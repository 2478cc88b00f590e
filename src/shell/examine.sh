# shellcheck shell=sh
# Tells what the probe does not. Changes nothing.
main() {
  synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null)
  echo "ntp ${synchronized:-unknown}"
  # SUDO_USER is who was let in; without sudo nobody keeps what it is given
  if [ -n "${SUDO_USER:-}" ] && sudo -n -l -U "$SUDO_USER" 2>/dev/null | grep -Eq '(^|[ ,])log_input([ ,]|$)'; then
    echo 'log_input yes'
  fi
}
main
