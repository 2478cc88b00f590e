# shellcheck shell=bash
# What a good engineer would write for one host: bring Alloy to the desired state, and do nothing if it
# is already there. Run as root by bash, which has /dev/tcp (the hosts have no curl). bench/scenarios.ts
# prepends the desired state: $version, $watch and the texts $key, $list, $environment and $config, each
# without its last newline. Prints a line for each change.
# shellcheck disable=SC2154 # the prepended lines set them
set -eu
need=

# put PATH MODE OWNER TEXT: succeeds if the file had to be written
put() {
  if [ -f "$1" ] && [ "$(<"$1")" = "$4" ]; then return 1; fi
  printf '%s\n' "$4" >"$1.new"
  chown "$3" "$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
  echo "wrote $1"
}

# http METHOD PATH: prints the status line
http() {
  exec 3<>/dev/tcp/127.0.0.1/12345 || return 1
  printf '%s %s HTTP/1.0\r\n\r\n' "$1" "$2" >&3
  IFS= read -r line <&3 || return 1
  exec 3>&-
  printf '%s' "$line"
}

ready() { case $(http GET /-/ready 2>/dev/null) in *" 200 "*) ;; *) return 1 ;; esac }

main() {
  mkdir -p /etc/apt/keyrings
  put /etc/apt/keyrings/grafana.asc 644 root:root "$key" || :
  put /etc/apt/sources.list.d/grafana.list 644 root:root "$list" || :
  if put /etc/default/alloy 600 root:root "$environment"; then need=restart; fi

  have=$(dpkg-query -W -f '${Status} ${Version}' alloy 2>/dev/null || :)
  if [ "$have" != "hold ok installed $version" ]; then
    apt-get update -qq -o Dir::Etc::sourcelist=sources.list.d/grafana.list -o Dir::Etc::sourceparts=-
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --allow-downgrades --allow-change-held-packages \
      -o Dpkg::Options::=--force-confold "alloy=$version" >/dev/null
    apt-mark -qq hold alloy >/dev/null
    need=restart
    echo "installed alloy $version"
  fi

  # 640 root:alloy: only root and the service can read it
  config_is() { [ -f /etc/alloy/config.alloy ] && [ "$(</etc/alloy/config.alloy)" = "$config" ]; }
  if ! config_is; then
    printf '%s\n' "$config" >/root/config.alloy
    alloy validate /root/config.alloy >/dev/null
    rm /root/config.alloy
    put /etc/alloy/config.alloy 640 root:alloy "$config"
    need=${need:-reload}
  fi

  if ! systemctl is-enabled -q alloy 2>/dev/null; then
    systemctl enable -q alloy
    need=restart
    echo "enabled alloy"
  fi
  case $need in
  restart) systemctl restart alloy ;;
  reload) case $(http POST /-/reload) in *" 200 "*) ;; *) echo "reload refused" >&2; exit 1 ;; esac ;;
  esac

  tries=0
  until ready; do
    tries=$((tries + 1))
    if [ $tries -ge 300 ]; then echo "alloy is not ready" >&2; exit 1; fi
    sleep 0.1
  done
  if [ "$need" = restart ] && [ "$watch" -gt 0 ]; then
    before=$(systemctl show alloy -p NRestarts --value)
    sleep "$watch"
    [ "$(systemctl show alloy -p NRestarts --value)" = "$before" ] && ready
  fi
}

main
