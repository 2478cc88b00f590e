# shellcheck shell=sh
# shellcheck disable=SC2154  # RUN, NONCE and the paths are set by the generated head
#
# How a run is taken back. Stored on the host before the first change, together with the journal of
# what was begun; needs no network and no alloyup. Idempotent: the run itself, its unit's
# ExecStopPost, a boot and a timer may all start it.
#   undo.sh inline      from the apply script, which holds the lock
#   undo.sh stop        the apply script was killed
#   undo.sh boot        the machine went down in the middle: before Alloy starts
#   undo.sh guard       the unit, started again a minute after that was killed too
#   undo.sh rollback    a finished run is taken back on request; the caller holds the lock

S=/var/lib/alloyup
D=$S/runs/$RUN
C=/run/alloyup/$RUN # contents of files, secrets among them: in memory only

out() { printf '%s\n' "$NONCE $*"; }
flush() { sync "$@" 2>/dev/null || sync; }

# Copies back what a path was before action $1: a file with its mode, owner and times, or nothing.
put_back() {
  if [ -e "$D/$1.absent" ]; then rm -f -- "$2"; return; fi
  [ -e "$D/$1.saved" ] || return 0
  stage_for "$2" || return 1
  # what the failed write had staged takes room that is needed now
  rm -f -- "$stage/$1" "$stage/undo.$1"
  cp -a -- "$D/$1.saved" "$stage/undo.$1" && flush "$stage/undo.$1" && mv -fT -- "$stage/undo.$1" "$2"
}

# A folder of root's own on the file system of $1, so that a rename is atomic and nobody else can
# put a link there: the first of ours that fits.
stage_for() {
  stage_parent=$(dirname -- "$1")
  while [ ! -d "$stage_parent" ]; do stage_parent=$(dirname -- "$stage_parent"); done
  stage_device=$(stat -c %d -- "$stage_parent") || return 1
  for stage in "$D/stage" "/etc/.alloyup-$RUN" "/usr/.alloyup-$RUN" "/opt/.alloyup-$RUN"; do
    [ "$(stat -c %d -- "$(dirname -- "$stage")" 2>/dev/null)" = "$stage_device" ] || continue
    mkdir -p -- "$stage" && chmod 0700 -- "$stage" && return 0
  done
  stage=$stage_parent/.alloyup-$RUN
  if [ "$(stat -c %u -- "$stage_parent")" = 0 ]; then mkdir -p -- "$stage" && chmod 0700 -- "$stage" && return 0; fi
  out problem host.file "no folder of root is on the file system of $1"
  return 1
}

undo_file() {
  put_back "$1" "$2" || return 1
  [ ! -e "$D/$1.parents" ] || while IFS= read -r made; do rmdir -- "$made" 2>/dev/null; done <"$D/$1.parents"
  return 0
}
undo_delete() { put_back "$1" "$2"; }

undo_folder() {
  [ ! -e "$D/$1.absent" ] || { rmdir -- "$2" 2>/dev/null; return 0; }
  undo_mode "$1" "$2"
}

undo_mode() {
  [ -s "$D/$1.mode" ] && [ -e "$2" ] && [ ! -L "$2" ] || return 0
  read -r mode_was owner_was <"$D/$1.mode"
  chown -h -- "$owner_was" "$2" && chmod -- "$mode_was" "$2"
}

undo_own_tree() {
  [ -s "$D/$1.owners" ] || return 0
  while read -r owner_was path; do
    case $path in "$2" | "$2"/*) chown -h -- "$owner_was" "$path" 2>/dev/null ;; esac
  done <"$D/$1.owners"
  return 0
}

# The account files and their backups ("passwd-"), which useradd and userdel rewrite.
ACCOUNT_FILES='passwd group shadow gshadow subuid subgid'
undo_accounts() { # N: after userdel, when the files themselves are as they were, their backups shall be too
  # a useradd that was killed leaves its half-written copy, named by its pid
  for account in $ACCOUNT_FILES; do
    for half in "/etc/$account".[0-9]*; do
      if [ ! -f "$half" ] || [ -e "/proc/${half##*.}" ]; then continue; fi
      [ -z "$(find "$half" -newer "$D/journal.begun")" ] || rm -f -- "$half"
    done
  done
  for account in $ACCOUNT_FILES; do
    [ -e "$D/$1.accounts/$account" ] || continue
    cmp -s "$D/$1.accounts/$account" "/etc/$account" || continue
    if [ -e "$D/$1.accounts/$account-" ]; then
      cp -a -- "$D/$1.accounts/$account-" "/etc/.$account-.alloyup" && mv -fT -- "/etc/.$account-.alloyup" "/etc/$account-"
    else
      rm -f -- "/etc/$account-"
    fi
  done
  return 0
}

undo_groups() { # N GROUP...
  undo_n=$1; shift
  for undo_group; do
    [ -e "$D/$undo_n.joined.$undo_group" ] && gpasswd -d alloy "$undo_group" >/dev/null 2>&1
  done
  undo_accounts "$undo_n"
}

undo_hold() { [ -s "$D/$1.selection" ] && dpkg --set-selections <"$D/$1.selection"; return 0; }

# dpkg's word for the package and its version; "absent" also for one that it knows by name alone.
dpkg_state() {
  dpkg_said=$(dpkg-query -W -f '${db:Status-Status} ${Version}' alloy 2>/dev/null) || dpkg_said=absent
  case $dpkg_said in not-installed*) dpkg_said=absent ;; esac
  printf '%s\n' "$dpkg_said"
}
DPKG='env DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --force-downgrade --force-hold'

# The package as dpkg had it before. An installed one is built again from the files that were kept,
# since the repository may be out of reach or may never have had it. One that was found half done stays
# as it was mended: nobody wants that back.
undo_install() {
  if [ -e "$D/$1.package" ]; then undo_package "$1" || return 1; fi
  [ ! -e "$D/$1.lists" ] || forget_lists "$1"
  return 0
}

undo_package() {
  read -r was <"$D/$1.package" || return 1
  now=$(dpkg_state)
  if [ "$now" = "$was" ] && [ ! -e "$D/$1.purge" ]; then
    # apt releases a hold before dpkg begins
    [ "$was" = absent ] || undo_hold "$1"
    return 0
  fi
  case $was in
    absent)
      systemctl stop alloy 2>/dev/null
      unpack_again
      [ "$(dpkg_state)" = absent ] || $DPKG --force-remove-reinstreq --purge alloy </dev/null || return 1
      # an entry of a package that is not there, only with what was wanted of it
      if dpkg-query -W alloy >/dev/null 2>&1; then echo alloy unknown | dpkg --set-selections 2>/dev/null; fi
      : ;;
    config-files*)
      systemctl stop alloy 2>/dev/null
      if [ "$now" != "$was" ]; then
        # the version of what was removed is dpkg's only memory of it
        rebuild "$1" && $DPKG -i "$D/$1.deb" </dev/null && rm -f "$D/$1.deb" && $DPKG --remove alloy </dev/null || return 1
      fi ;;
    *)
      if [ "${now#* }" != "${was#* }" ] || case $now in installed*) false ;; esac; then
        if [ -d "$D/$1.kept/DEBIAN" ]; then
          rebuild "$1" && $DPKG -i "$D/$1.deb" </dev/null || return 1
          rm -f "$D/$1.deb"
        else
          unpack_again && $DPKG --configure alloy </dev/null || return 1
        fi
      fi ;;
  esac
  # installing it has released a hold
  if [ "$was" != absent ]; then
    undo_hold "$1"
    [ ! -s "$D/$1.conffiles" ] || perl "$D/host.pl" conffiles "$D/$1.conffiles" || :
  fi
  # conffiles and what maintainer scripts touched
  for kept in "$D/$1.conf"/*; do
    [ -e "$kept" ] || continue
    kept_path=$(cat "$kept.path" 2>/dev/null) || continue
    put_back_copy "$kept" "$kept_path" || return 1
  done
  if [ -e "$D/$1.folder.absent" ]; then rmdir /etc/alloy 2>/dev/null
  elif [ -s "$D/$1.folder" ] && [ -d /etc/alloy ]; then
    read -r mode_was owner_was <"$D/$1.folder"; chown "$owner_was" /etc/alloy; chmod "$mode_was" /etc/alloy
  fi
  if [ -e "$D/$1.no-user" ] && getent passwd alloy >/dev/null; then
    userdel alloy >/dev/null 2>&1
    [ ! -e "$D/$1.no-data" ] || rm -rf /var/lib/alloy
  fi
  if [ -e "$D/$1.no-group" ] && getent group alloy >/dev/null; then groupdel alloy >/dev/null 2>&1; fi
  if [ -e "$D/$1.groups" ]; then
    for undo_group in $(id -nG alloy 2>/dev/null); do
      grep -qxF "$undo_group" "$D/$1.groups" || gpasswd -d alloy "$undo_group" >/dev/null 2>&1
    done
  fi
  undo_accounts "$1"
  # what dpkg lays beside a conffile that it was told to keep
  for beside in /etc/alloy/*.dpkg-* /etc/default/alloy.dpkg-*; do
    [ ! -e "$beside" ] || [ -e "$D/$1.beside/${beside##*/}" ] || rm -f -- "$beside"
  done
  for beside in "$D/$1.beside"/*.dpkg-*; do
    case ${beside##*/} in
      '*'*) ;;
      alloy.*) put_back_copy "$beside" "/etc/default/${beside##*/}" ;;
      *) put_back_copy "$beside" "/etc/alloy/${beside##*/}" ;;
    esac
  done
  [ ! -e "$D/$1.no-link" ] || rm -f /etc/systemd/system/multi-user.target.wants/alloy.service
  return 0
}

# dpkg was killed while it unpacked: what lies about is known to nobody but the same package, unpacked
# again. apt keeps what it has fetched, so this needs no network.
unpack_again() {
  case $(dpkg-query -W -f '${db:Status-Status} ${db:Status-Eflag}' alloy 2>/dev/null) in
    half-installed* | *reinst-required) ;;
    *) return 0 ;;
  esac
  rm -f /var/lib/dpkg/tmp.ci/* 2>/dev/null
  for fetched in /var/cache/apt/archives/alloy_*.deb; do
    [ -f "$fetched" ] || continue
    [ "$(dpkg-deb -f "$fetched" Version)" = "$(dpkg-query -W -f '${Version}' alloy)" ] || [ -z "$(dpkg-query -W -f '${Version}' alloy)" ] || continue
    $DPKG --unpack "$fetched" </dev/null && return 0
  done
  return 0
}

put_back_copy() {
  stage_for "$2" || return 1
  rm -f -- "$stage/conf"
  cp -a -- "$1" "$stage/conf" && mkdir -p -- "$(dirname -- "$2")" && mv -fT -- "$stage/conf" "$2"
}

forget_lists() { # N: index files that were not there before
  for list in /var/lib/apt/lists/*; do
    [ -f "$list" ] || continue
    case $list in */lock) continue ;; esac
    grep -qxF "$list" "$D/$1.lists" || rm -f -- "$list"
  done
}
undo_refresh() { [ ! -e "$D/$1.lists" ] || forget_lists "$1"; return 0; }

# A .deb from the hard links that were kept before the upgrade, as dpkg-repack does; not compressed.
rebuild() {
  rebuild_root=$D/$1.kept
  [ -d "$rebuild_root/DEBIAN" ] || return 1
  # where dpkg has died before, its own leavings stand in the way
  case $(dpkg-query -W -f '${db:Status-Eflag}' alloy 2>/dev/null) in reinst-required) rm -f /var/lib/dpkg/tmp.ci/* ;; esac
  dpkg-deb --build -Znone --root-owner-group "$rebuild_root" "$D/$1.deb" >/dev/null 2>&1 ||
    dpkg-deb --build -Znone "$rebuild_root" "$D/$1.deb" >/dev/null
}

undo_enable() { [ ! -e "$D/$1.was-disabled" ] || systemctl --quiet disable alloy 2>/dev/null; return 0; }
undo_disable() { [ ! -e "$D/$1.was-enabled" ] || systemctl --quiet enable alloy 2>/dev/null; return 0; }
undo_unmask() { [ ! -e "$D/$1.was-masked" ] || systemctl --quiet mask alloy 2>/dev/null; return 0; }
undo_none() { return 0; }

# Restarts come last: before the files are back they would start Alloy on what has just failed.
undo_service() {
  read -r was_active was_invocation <"$D/service.was" 2>/dev/null || return 0
  now_invocation=$(systemctl show alloy -p InvocationID --value 2>/dev/null)
  now_active=$(systemctl is-active alloy 2>/dev/null)
  if [ "$was_active" != active ]; then
    [ "$now_active" = active ] || [ "$now_active" = activating ] && systemctl --no-block stop alloy
    if [ "$MODE" != boot ] && [ "$MODE" != stop ]; then systemctl stop alloy 2>/dev/null; fi
    systemctl reset-failed alloy 2>/dev/null
    return 0
  fi
  case $MODE in
    boot) return 0 ;; # Alloy's own start comes after this unit
  esac
  if [ "$now_active" = active ] && [ "$now_invocation" = "$was_invocation" ]; then
    [ -e "$D/reloaded" ] || return 0
    # a refused reload may have been applied in part: the old file must be loaded again
    if perl "$D/host.pl" reload >/dev/null 2>&1 && same_graph; then return 0; fi
  fi
  systemctl reset-failed alloy 2>/dev/null
  if [ "$MODE" = stop ]; then systemctl --no-block restart alloy; return 0; fi
  perl "$D/host.pl" restart || return 1
  [ -e "$D/service.answered" ] || { perl "$D/host.pl" service 120; return; }
  perl "$D/host.pl" ready 120 && same_graph
}

# The components that ran before run again, no worse than they were.
same_graph() {
  cut -f1 "$D/components.before" >"$C/components.undo" && : >"$C/none" || return 1
  perl "$D/host.pl" components "$C/components.undo" "$C/none" "$D/components.before" 90 1
}

# What it needs to write goes to memory: the disk may be full, and perhaps that is why we are here.
undo_all() {
  undone=0
  [ -e "$D/journal" ] || return 1
  mkdir -p "$C" && tac "$D/journal" >"$C/backwards" || return 1
  last_step=
  while read -r number step; do
    if [ -n "$last_step" ] && [ "$step" != "$last_step" ]; then out undone "$last_step"; fi
    last_step=$step
    "undo_$number" >>"$C/undo.log" 2>&1 </dev/null || { undone=1; out problem apply.stuck "step $step, action $number could not be taken back"; tail -n 5 "$C/undo.log" | while IFS= read -r line; do out detail "$line"; done; }
  done <"$C/backwards"
  [ ! -d /run/systemd/system ] || systemctl daemon-reload 2>/dev/null
  undo_service || { undone=1; out problem apply.stuck 'the service does not run as it did before'; }
  [ -z "$last_step" ] || out undone "$last_step"
  cp "$C/undo.log" "$D/undo.log" 2>/dev/null
  return "$undone"
}

tidy() {
  rm -rf -- "$C/content" "$D/reserve"
  rm -rf -- "$D/stage" "/etc/.alloyup-$RUN" "/usr/.alloyup-$RUN" "/opt/.alloyup-$RUN"
}

disarm() {
  tidy
  rm -f /etc/systemd/system-generators/alloyup-undo
  if [ -e "$S/made-generators" ]; then rmdir /etc/systemd/system-generators 2>/dev/null; rm -f "$S/made-generators"; fi
  rm -f "$S/armed"
  flush "$S"
  # the boot has made systemd read that unit; it shall forget it again
  if [ "$(systemctl show alloyup-undo.service -p LoadState --value 2>/dev/null)" = loaded ]; then systemctl daemon-reload 2>/dev/null; fi
  return 0
}

# A systemd that cannot be asked any more is going down, too.
going_down() {
  case $(systemctl is-system-running 2>/dev/null) in
    initializing | starting | running | degraded | maintenance) return 1 ;;
  esac
}

undo_main() {
  umask 077
  MODE=$1
  export ALLOYUP_NONCE="$NONCE" ALLOYUP_ADDRESS="$ADDRESS" ALLOYUP_PORT="$PORT"
  case $MODE in
    inline | rollback) ;;
    *)
      [ "$(cat "$S/armed" 2>/dev/null)" = "$RUN" ] || exit 0
      # an orderly shutdown kills whoever takes long: the boot after it does it in peace
      if [ "$MODE" = stop ] && going_down; then exit 0; fi
      exec 9>>"$S/lock"
      if ! flock -w 20 9; then
        [ "$MODE" = guard ] && exit 0 # another run is alive, and takes ours back first of all
        exit 1
      fi
      [ "$(cat "$S/armed" 2>/dev/null)" = "$RUN" ] || exit 0
      out problem apply.failed 'the run was killed on the host before its end' ;;
  esac
  rm -f "$D/reserve" "/etc/.alloyup-$RUN/reserve"
  if [ -e "$D/receipt.was" ]; then cp -a "$D/receipt.was" "$S/receipt.t" && mv -f "$S/receipt.t" "$S/receipt.json"; else rm -f "$S/receipt.json"; fi
  if undo_all; then verdict=rolled-back; else verdict=stuck; fi
  printf '%s\n' "$verdict" >"$D/verdict.t" && flush "$D/verdict.t" && mv -f "$D/verdict.t" "$D/verdict"
  printf '%s %s %s %s by %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$RUN" "$WHO" "$verdict" "$MODE" >>"$S/audit.log"
  disarm
  if [ "$MODE" != rollback ]; then out result "$verdict"; fi
  [ "$verdict" = rolled-back ]
}
