# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034  # RUN, NONCE, WHO and the other settings are set by the generated head
#
# The verbs of an apply script. The generated part behind this file calls them in the plan's order.
# Each first notes what it needs to be taken back (undo.sh has the other half), then does its work,
# and answers 0 or not: nothing relies on `set -e`, which is off inside `if` and `||`.

MODE=apply

# --- beginning and end --------------------------------------------------------------------------

take_lock() {
  mkdir -p "$S/runs" && chmod 0700 "$S" "$S/runs" || return 1
  exec 9>>"$S/lock"
  lock_waited=0
  holder_run=
  while ! flock -n 9; do
    who_holds
    if [ "$lock_waited" -ge "$LOCK_WAIT_S" ]; then
      out problem apply.locked "held by $holder; waited $lock_waited s for it"
      return 1
    fi
    out wait "$lock_waited" "$LOCK_WAIT_S" "for $holder"
    flock -w 1 9 && break
    lock_waited=$((lock_waited + 1))
  done
  printf '%s %s %s %s\n' "$RUN" "$$" "$(date +%s)" "$WHO" >"$S/lock.holder.t" && mv -f "$S/lock.holder.t" "$S/lock.holder"
}

# "run ID of WHO, begun 12 s ago", in words that stay the same as long as it is the same run: a wait
# is told once.
who_holds() {
  read -r now_run _ now_since now_who <"$S/lock.holder" 2>/dev/null || now_run=
  [ -z "$holder_run" ] || [ "$now_run" != "$holder_run" ] || return 0
  holder_run=$now_run
  if [ -z "$now_run" ]; then holder='another run'; return; fi
  holder_age=$(($(date +%s) - now_since))
  [ "$holder_age" -lt 120 ] && holder_age="$holder_age s" || holder_age="$((holder_age / 60)) minutes"
  holder="run $now_run of ${now_who:-somebody}, begun $holder_age ago"
}

# A run that was killed and whose undo has not run yet: first of all it is taken back.
finish_earlier() {
  earlier_run=$(cat "$S/armed" 2>/dev/null) || return 0
  [ -n "$earlier_run" ] && [ "$earlier_run" != "$RUN" ] || return 0
  out earlier "$earlier_run"
  sh "$S/runs/$earlier_run/undo.sh" inline || { out problem apply.stuck "the unfinished run $earlier_run could not be taken back"; return 1; }
  # what the plan was made from has just changed
  return 3
}

same_file() { # PATH SHA256|- MODE OWNER
  if [ "$2" = - ]; then
    [ ! -e "$1" ] && [ ! -L "$1" ] && return 0
    out stale "$1 is there now"; return 1
  fi
  if [ -L "$1" ] || [ ! -f "$1" ]; then out stale "$1 is gone, or no plain file any more"; return 1; fi
  [ "$(sha256sum <"$1" | cut -c1-64)" = "$2" ] || { out stale "$1 was changed"; return 1; }
  [ "$(stat -c '%04a %U:%G' -- "$1")" = "$3 $4" ] || { out stale "mode or owner of $1 was changed"; return 1; }
}
same_package() { # STATUS VERSION SELECTION
  package_now=$(dpkg-query -W -f '${db:Status-Status} ${Version} ${db:Status-Want}' alloy 2>/dev/null) || package_now='absent - -'
  case $package_now in not-installed*) package_now='absent - -' ;; esac
  set -- "$1 ${2:--} $3" "${package_now% *} $(case $package_now in *' hold') echo held ;; *) echo free ;; esac)"
  [ "$1" = "$2" ] || { out stale "the package is ${2% *} now"; return 1; }
}
same_invocation() {
  [ "$(systemctl show alloy -p InvocationID --value 2>/dev/null)" = "$1" ] || { out stale 'the service was started or stopped'; return 1; }
}

# A disk that is full or read-only is told now, while nothing was touched.
room() { # FOLDER...
  for folder; do
    # the file is gone before it is filled: nothing is left of it whatever happens
    (exec 3>"$folder/.alloyup-$RUN" && rm -f -- "$folder/.alloyup-$RUN" && head -c 65536 /dev/zero >&3) 2>"$C/room.said" || { out problem host.disk "$folder cannot be written: $(sed 's/.*: //' "$C/room.said" | head -n 1)"; return 1; }
  done
}

# Before the first change all that is needed to take the run back lies on the disk.
arm() {
  chmod 0700 "$D/undo.sh" && : >"$D/journal" && : >"$D/journal.begun" || return 1
  # undo gives it back first of all: the way back must not end at a disk that filled up meanwhile
  head -c 262144 /dev/zero >"$D/reserve" && stage_for /etc/alloy || return 1
  case $stage in "$D"/*) ;; *) head -c 262144 /dev/zero >"$stage/reserve" || return 1 ;; esac
  printf '%s %s\n' "$(systemctl is-active alloy 2>/dev/null)" "$(systemctl show alloy -p InvocationID --value 2>/dev/null)" >"$D/service.was"
  : >"$D/components.before"
  if [ "$CHECK" = http ] && systemctl --quiet is-active alloy 2>/dev/null && perl "$D/host.pl" before "$D/components.before"; then : >"$D/service.answered"; fi
  if [ -e "$S/receipt.json" ]; then cp -a "$S/receipt.json" "$D/receipt.was"; fi
  arm_with "$RUN" "$D/undo.sh" && flush "$D/journal"
}

# From here on run $1 is taken back, by script $2, if ours should not come to its end.
arm_with() {
  # a reboot in the middle: plain files, read at boot and by nobody else, gone together with the mark
  mkdir -p /etc/systemd/system/multi-user.target.wants
  printf '%s\n' '[Unit]' "Description=Take back alloyup's unfinished run" \
    'ConditionPathExists=/var/lib/alloyup/armed' 'Before=alloy.service' 'RequiresMountsFor=/var/lib/alloyup' \
    '[Service]' 'Type=oneshot' "ExecStart=/bin/sh $2 boot" '[Install]' 'WantedBy=multi-user.target' \
    >/etc/systemd/system/alloyup-undo.service &&
    chmod 0644 /etc/systemd/system/alloyup-undo.service &&
    ln -sf /etc/systemd/system/alloyup-undo.service /etc/systemd/system/multi-user.target.wants/alloyup-undo.service || return 1
  printf '%s' "$1" >"$S/armed.t" && flush "$2" "${2%/*}/host.pl" "$S/armed.t" && mv -f "$S/armed.t" "$S/armed" && flush "$S" || return 1
  systemd-run --quiet --collect --on-active=90 --on-unit-active=60 --timer-property=AccuracySec=1s \
    --unit="alloyup-$1-guard" --description="alloyup guard $1" /bin/sh "$2" guard 9>&- >/dev/null 2>&1 ||
    out warning 'no timer could be armed'
  return 0
}

note() { # NUMBER STEP: from here on the action must be taken back
  printf '%s %s\n' "$1" "$2" >>"$D/journal" && flush "$D/journal"
}

# step STEP NUMBER...: the actions of one change.
step() {
  current_step=$1; shift
  out begin "$current_step"
  for number; do
    note "$number" "$current_step" || { failed_exit=1; return 1; }
    "do_$number" 2>&1 </dev/null
    failed_exit=$?
    if [ "$failed_exit" != 0 ]; then out fail "$current_step" "$failed_exit"; return 1; fi
  done
  out end "$current_step"
}

finish() { # VERDICT
  printf '%s\n' "$1" >"$D/verdict.t" && flush "$D/verdict.t" && mv -f "$D/verdict.t" "$D/verdict"
  printf '%s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$RUN" "$WHO" "$1" >>"$S/audit.log"
  disarm
  forget_old_runs
}

# The newest ten stay. A kept package is some hundred megabytes once it is replaced, and only the
# newest runs are ever taken back: three keep theirs.
forget_old_runs() {
  # shellcheck disable=SC2012  # run ids are ours: letters, digits and a dash
  ls -1r "$S/runs" | tail -n +11 | while IFS= read -r old; do rm -rf "${S:?}/runs/$old"; done
  # shellcheck disable=SC2012
  ls -1rd "$S"/runs/*/*.kept 2>/dev/null | tail -n +4 | while IFS= read -r old; do rm -rf "$old"; done
}

# The way back from a failure, or from a script that ends where it should not.
give_up() {
  if [ "$(cat "$S/armed" 2>/dev/null)" != "$RUN" ]; then disarm; out result failed; return; fi
  if [ "$ROLLBACK" != 1 ]; then finish failed; out result failed; return; fi
  sh "$D/undo.sh" inline
}

last_words() {
  perl "$C/probe.pl" </dev/null 2>/dev/null || :
}

# --- files --------------------------------------------------------------------------------------

save() { # N PATH: keeps what is there; a link or anything else odd is refused
  if [ -L "$2" ]; then out problem host.file "$2 is a symbolic link"; return 1; fi
  if [ ! -e "$2" ]; then : >"$D/$1.absent"; return; fi
  if [ ! -f "$2" ]; then out problem host.file "$2 is not a plain file"; return 1; fi
  cp -a -- "$2" "$D/$1.saved" && [ ! -L "$D/$1.saved" ] && [ -f "$D/$1.saved" ] && flush "$D/$1.saved"
}

# file N PATH MODE OWNER: the content lies in content/N
file() {
  save "$1" "$2" || return 1
  parent_of=$(dirname -- "$2")
  while [ ! -d "$parent_of" ]; do printf '%s\n' "$parent_of" >>"$D/$1.parents"; parent_of=$(dirname -- "$parent_of"); done
  [ ! -e "$D/$1.parents" ] || (umask 022 && mkdir -p -- "$(dirname -- "$2")") || return 1
  stage_for "$2" || return 1
  rm -f -- "$stage/$1"
  cp -- "$C/content/$1" "$stage/$1" && chown -- "$4" "$stage/$1" && chmod -- "$3" "$stage/$1" && flush "$stage/$1" || return 1
  printf '%s %s\n' "$(sha256sum <"$stage/$1" | cut -c1-64)" "$2" >"$D/$1.after"
  mv -fT -- "$stage/$1" "$2" && flush "$(dirname -- "$2")"
}

delete() { save "$1" "$2" && rm -f -- "$2"; }

mode() { # N PATH MODE OWNER
  if [ -L "$2" ]; then out problem host.file "$2 is a symbolic link"; return 1; fi
  stat -c '%04a %U:%G' -- "$2" >"$D/$1.mode" && chown -h -- "$4" "$2" && chmod -- "$3" "$2"
}

folder() { # N PATH MODE OWNER
  if [ -L "$2" ]; then out problem host.file "$2 is a symbolic link"; return 1; fi
  if [ -d "$2" ]; then mode "$@"; return; fi
  : >"$D/$1.absent"
  (umask 022 && mkdir -p -- "$2") && chown -- "$4" "$2" && chmod -- "$3" "$2"
}

own_tree() { # N PATH USER GROUP
  if [ -L "$2" ]; then out problem host.file "$2 is a symbolic link"; return 1; fi
  find "$2" -xdev ! \( -user "$3" -group "$4" \) -printf '%U:%G %p\n' >"$D/$1.owners" && chown -hR -- "$3:$4" "$2"
}

delete_tree() { rm -rf -- "$2"; }

# --- packages -----------------------------------------------------------------------------------

export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# apt is asked about the repository's list alone: another source that is broken is none of our business
apt() {
  perl "$D/host.pl" lock 300 || return 1
  apt-get -q -y -o Dir::Etc::sourcelist="$LIST" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 \
    -o APT::Update::Error-Mode=any -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 "$@"
}

refresh() {
  [ -e "$D/$1.lists" ] || find /var/lib/apt/lists -maxdepth 1 -type f >"$D/$1.lists"
  apt update
}

# The environment file is read by the package's maintainer scripts under `set -e`: a value with an
# unquoted blank, which systemd takes, breaks the next upgrade half way (recorded).
try_environment() {
  [ -e /etc/default/alloy ] || return 0
  env -i PATH="$PATH" sh -c 'set -e; . /etc/default/alloy' >"$D/environment.said" 2>&1 </dev/null && return 0
  # what sh says quotes the line, and a line may hold a secret: only the place is passed on
  out problem host.file "/etc/default/alloy cannot be read by sh: $(sed -n 's/^.*\(alloy: [0-9][0-9]*\):.*/line \1/p' "$D/environment.said" | head -n 1)"
  return 1
}

mend_dpkg() { perl "$D/host.pl" lock 300 && $DPKG --configure -a; }

save_accounts() {
  mkdir -p "$D/$1.accounts" || return 1
  for account in $ACCOUNT_FILES; do
    [ ! -e "/etc/$account" ] || cp -a "/etc/$account" "$D/$1.accounts/" || return 1
    [ ! -e "/etc/$account-" ] || cp -a "/etc/$account-" "$D/$1.accounts/" || return 1
  done
}

# All that undo_install asks for. The files of an installed package are kept by hard links, which
# cost nothing until dpkg replaces them.
save_package() {
  dpkg_state >"$D/$1.package.t" || return 1
  dpkg --get-selections alloy >"$D/$1.selection" 2>/dev/null
  save_accounts "$1" || return 1
  dpkg-query -W -f '${Conffiles}\n' alloy >"$D/$1.conffiles" 2>/dev/null
  mkdir -p "$D/$1.beside" || return 1
  for beside in /etc/alloy/*.dpkg-* /etc/default/alloy.dpkg-*; do
    [ ! -f "$beside" ] || cp -a -- "$beside" "$D/$1.beside/" || return 1
  done
  getent passwd alloy >/dev/null || : >"$D/$1.no-user"
  getent group alloy >/dev/null || : >"$D/$1.no-group"
  [ -e /var/lib/alloy ] || : >"$D/$1.no-data"
  [ -L /etc/systemd/system/multi-user.target.wants/alloy.service ] || : >"$D/$1.no-link"
  if [ -d /etc/alloy ]; then stat -c '%04a %U:%G' /etc/alloy >"$D/$1.folder"; else : >"$D/$1.folder.absent"; fi
  [ -e "$D/$1.no-user" ] || id -nG alloy | tr ' ' '\n' >"$D/$1.groups"
  mkdir -p "$D/$1.conf"
  kept_number=0
  for kept_path in /etc/alloy/config.alloy /etc/default/alloy; do
    kept_number=$((kept_number + 1))
    if [ ! -f "$kept_path" ] || [ -L "$kept_path" ]; then continue; fi
    cp -a -- "$kept_path" "$D/$1.conf/$kept_number" && printf '%s' "$kept_path" >"$D/$1.conf/$kept_number.path" || return 1
  done
  case $(cat "$D/$1.package.t") in absent | half-installed*) ;; *) keep_package "$1" || return 1 ;; esac
  # the last word: without it nothing of the package was touched, and undo_install leaves it alone
  flush "$D/$1.package.t" && mv -f "$D/$1.package.t" "$D/$1.package"
}

keep_package() {
  keep_root=$D/$1.kept
  mkdir -p "$keep_root/DEBIAN" && chmod 0755 "$keep_root" "$keep_root/DEBIAN" || return 1
  dpkg-query -L alloy | while IFS= read -r path; do
    [ "$path" != /. ] || continue
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      mkdir -p "$keep_root$path" && chmod "$(stat -c %a "$path")" "$keep_root$path"
    elif [ -e "$path" ] || [ -L "$path" ]; then
      mkdir -p "$(dirname "$keep_root$path")"
      cp -al "$path" "$keep_root$path" 2>/dev/null || cp -a "$path" "$keep_root$path" || exit 1
    fi
  done || return 1
  # A conffile in the .deb must be there; what the administrator made of it is put back afterwards. Where
  # it is not what the package shipped it must not be taken for that either, or the next upgrade would
  # replace it without a word: then some other text stands for what we do not have, and undo_package
  # gives dpkg the hash back that it knew.
  dpkg-query -W -f '${Conffiles}\n' alloy | while read -r path shipped _; do
    [ -n "$path" ] || continue
    [ "$(md5sum <"$path" 2>/dev/null | cut -c1-32)" = "$shipped" ] && continue
    rm -f -- "$keep_root$path" && mkdir -p "$(dirname "$keep_root$path")" || exit 1
    printf '# The text of the package is not known any more (%s).\n' "$shipped" >"$keep_root$path" || exit 1
    chmod 0644 "$keep_root$path"
  done || return 1
  dpkg-query -W -f '${Conffiles}\n' alloy | awk_free_paths >"$keep_root/DEBIAN/conffiles"
  dpkg-query -s alloy | sed -e '/^Status:/d' -e '/^Conffiles:/,/^[^ ]/{/^Conffiles:/d;/^ /d}' -e '/^Config-Version:/d' >"$keep_root/DEBIAN/control"
  for script in preinst postinst prerm postrm triggers md5sums; do
    [ ! -e "/var/lib/dpkg/info/alloy.$script" ] || cp -a "/var/lib/dpkg/info/alloy.$script" "$keep_root/DEBIAN/$script" || return 1
  done
}
awk_free_paths() { while read -r path _; do [ -z "$path" ] || printf '%s\n' "$path"; done; }

install_package() { # N VERSION
  save_package "$1" || return 1
  [ -e "$D/$1.lists" ] || find /var/lib/apt/lists -maxdepth 1 -type f >"$D/$1.lists"
  apt install --no-install-recommends --allow-downgrades --allow-change-held-packages --reinstall "alloy=$2" && return 0
  # the index is older than the plan: ask for it once and try again
  apt update && apt install --no-install-recommends --allow-downgrades --allow-change-held-packages --reinstall "alloy=$2"
}

hold() { # N hold|install
  dpkg --get-selections alloy >"$D/$1.selection" 2>/dev/null
  echo "alloy $2" | dpkg --set-selections
}

uninstall() { # N remove|purge
  save_package "$1" || return 1
  [ "$2" != purge ] || : >"$D/$1.purge"
  perl "$D/host.pl" lock 300 || return 1
  $DPKG "--$2" alloy
}

delete_account() {
  save_accounts "$1"
  if getent passwd alloy >/dev/null; then userdel alloy || return 1; fi
  if getent group alloy >/dev/null; then groupdel alloy || return 1; fi
  return 0
}

join_groups() { # N GROUP...
  join_n=$1; shift
  save_accounts "$join_n"
  for group; do
    id -nG alloy | tr ' ' '\n' | grep -qxF "$group" && continue
    : >"$D/$join_n.joined.$group"
    usermod -a -G "$group" alloy || return 1
  done
}

# --- configuration and service ------------------------------------------------------------------

# validate N FLAG...: the host's own judge, with the flags it knows. A gate, not a proof: of 31
# recorded configurations that passed it 12 did not start.
validate() {
  validate_n=$1; shift
  alloy validate --help >/dev/null 2>&1 || { out warning "this Alloy has no validate (it came with 1.9.0)"; return 0; }
  mkdir -p "$D/validate" && cp "$C/content/$validate_n" "$D/validate/config.alloy" || return 1
  timeout 60 alloy validate "$@" "$D/validate/config.alloy" >"$D/validate/said" 2>&1 && return 0
  validate_exit=$?
  out problem alloy.validate "alloy validate refuses the configuration"
  sed -e "s#$D/validate/config.alloy#/etc/alloy/config.alloy#g" -e '/collector server run finished/d' "$D/validate/said" |
    head -n 40 | while IFS= read -r line; do out detail "$line"; done
  return "$validate_exit"
}

enable() { systemctl --quiet is-enabled alloy 2>/dev/null || { : >"$D/$1.was-disabled"; systemctl --quiet enable alloy; }; }
disable() { if systemctl --quiet is-enabled alloy 2>/dev/null; then : >"$D/$1.was-enabled"; systemctl --quiet disable alloy; fi; }
unmask() { : >"$D/$1.was-masked"; systemctl --quiet unmask alloy; }

reload() { : >"$D/reloaded"; perl "$D/host.pl" reload; }
restart() { date +%s >"$D/since"; ALLOYUP_SINCE=$(cat "$D/since") perl "$D/host.pl" restart; }
stop() { perl "$D/host.pl" stop; }

# Up means, all of it; see the proof's fields in src/model/plan.ts.
prove() {
  [ ! -s "$D/since" ] || { ALLOYUP_SINCE=$(cat "$D/since"); export ALLOYUP_SINCE; }
  if [ "$CHECK" = none ]; then return 0; fi
  if [ "$CHECK" = service ]; then
    perl "$D/host.pl" service 120 || return 1
  else
    perl "$D/host.pl" ready 120 || return 1
    perl "$D/host.pl" components "$C/content/components" "$C/content/tolerate" "$D/components.before" 60 "$KNOWN" || return 1
    perl "$D/host.pl" version "$(dpkg-query -W -f '${Version}' alloy)" || return 1
  fi
  if [ "$SERVICE" = restart ]; then perl "$D/host.pl" watch "$WATCH_S" || return 1; fi
  return 0
}

# Which process has loaded which files. JSON is put together by hand: paths are ours, hashes are hex.
receipt() { # PATH...
  receipt_files=
  for path; do
    [ -f "$path" ] || continue
    receipt_files="$receipt_files${receipt_files:+,}\"$path\":\"$(sha256sum <"$path" | cut -c1-64)\""
  done
  receipt_groups=$(id -nG alloy 2>/dev/null | sed 's/ /","/g')
  printf '{"schema":1,"run":"%s","invocation":"%s","files":{%s},"groups":["%s"],"at":%s000}\n' "$RUN" \
    "$(systemctl show alloy -p InvocationID --value)" "$receipt_files" "$receipt_groups" "$(date +%s)" >"$S/receipt.t" &&
    flush "$S/receipt.t" && mv -f "$S/receipt.t" "$S/receipt.json"
}

# --- rollback -----------------------------------------------------------------------------------

# The files are still what the run wrote; otherwise somebody's later work would be lost.
untouched_since() { # RUN
  for after in "$S/runs/$1"/*.after; do
    [ -e "$after" ] || continue
    read -r hash path <"$after"
    [ -f "$path" ] && [ "$(sha256sum <"$path" | cut -c1-64)" = "$hash" ] && continue
    out stale "$path was changed since run $1"
    return 1
  done
}

# Down to and including TO_RUN, newest first; runs that changed nothing or were taken back are passed.
roll_back() {
  rolled=
  # shellcheck disable=SC2045  # run ids are ours: letters, digits and a dash
  for run in $(ls -1r "$S/runs"); do
    [ "$(cat "$S/runs/$run/verdict" 2>/dev/null)" = ok ] || [ "$(cat "$S/runs/$run/verdict" 2>/dev/null)" = failed ] || continue
    [ -z "$TO_RUN" ] || [ "$run" = "$TO_RUN" ] || expr "$run" \> "$TO_RUN" >/dev/null || break
    untouched_since "$run" || { out result stale; return; }
    out earlier "$run"
    # its words are told under the nonce of today, also when somebody has to end what we began (launch.sh)
    # shellcheck disable=SC2015  # what comes after || is wanted after either
    sed "s/^NONCE=.*/NONCE='$NONCE'/" "$S/runs/$run/undo.sh" >"$C/undo.sh" && printf '%s' "$run" >"$C/undoes" &&
      arm_with "$run" "$S/runs/$run/undo.sh" || { MODE=rollback disarm; out problem apply.failed 'the way back could not be prepared'; out result failed; return; }
    sh "$C/undo.sh" rollback || { out result stuck; return; }
    rolled=$run
    [ -n "$TO_RUN" ] || break
    [ "$run" != "$TO_RUN" ] || break
  done
  if [ -n "$rolled" ]; then out result rolled-back; return; fi
  out problem run.missing "this host has no run to take back${TO_RUN:+ down to $TO_RUN}"
  out result failed
}
