# shellcheck shell=sh
# shellcheck disable=SC2016  # the job and stop files are written here and expanded there
# Starts the apply script of run $1 away from the login session. Its whole text is constant: what a
# unit or an argument vector holds, every user of the host may read. $2 is follow.pl. Says `ready` first, so that
# nothing secret is sent to a sudo that has not let us in; the script then comes on stdin.
set -u
umask 077
d=/run/alloyup/$1
[ -d /run/systemd/system ] || { echo 'alloyup: no systemd'; exit 74; }
[ "$(id -u)" = 0 ] || { echo 'alloyup: not root'; exit 77; }

# What earlier runs left in memory: the newest four that are over stay, for a controller that may
# still come back for the end of their log; one that was cut while it was launched goes as soon as
# neither its launcher nor its unit is alive.
sweep() {
  kept=0
  # shellcheck disable=SC2012  # run ids are ours: letters, digits and a dash
  ls -1r /run/alloyup 2>/dev/null | while IFS= read -r run; do
    old=/run/alloyup/$run
    if [ -e "$old/done" ]; then
      kept=$((kept + 1))
      [ "$kept" -le 4 ] || rm -rf "$old"
      continue
    fi
    [ -n "$(find "$old" -maxdepth 0 -mmin +1)" ] || continue
    [ ! -e "/proc/$(cat "$old/launcher" 2>/dev/null || echo none)" ] || continue
    [ "$(systemctl show "alloyup-$run" -p ActiveState --value)" != inactive ] || rm -rf "$old"
  done
}

if ! mkdir -p /run/alloyup || ! mkdir "$d"; then echo 'alloyup: no room in /run'; exit 70; fi
# whoever sent it is gone before all of it came: half a script may hold secrets
trap 'rm -rf "$d"; exit 129' HUP INT TERM PIPE
echo "$$" >"$d/launcher"
echo 'alloyup: ready'
cat >"$d/script"
# a script that was cut on the wire is not started
[ "$(tail -n 1 "$d/script")" = "#end $1" ] || { rm -rf "$d"; echo 'alloyup: cut'; exit 73; }
: >"$d/log" || { echo 'alloyup: cut'; exit 73; } # follow.pl took the folder away: nobody waits any more
# a run that takes another one back (apply.sh, roll_back) names it in `undoes`
printf '%s\n' 'd=$1; echo $$ >"$d/pid"' 'sh "$d/script" >>"$d/log" 2>&1 </dev/null' \
  'echo $? >"$d/rc.t"; mv "$d/rc.t" "$d/rc"' \
  'r=$(cat "$d/undoes" 2>/dev/null || echo "${d##*/}")' \
  '[ "$(cat /var/lib/alloyup/armed 2>/dev/null)" = "$r" ] || : >"$d/done"' >"$d/job"
printf '%s\n' 'd=$1; r=${d##*/}; u=/var/lib/alloyup/runs/$r/undo.sh' \
  '[ ! -e "$d/undoes" ] || { r=$(cat "$d/undoes"); u=$d/undo.sh; }' \
  '[ "$(cat /var/lib/alloyup/armed 2>/dev/null)" != "$r" ] || sh "$u" stop >>"$d/log" 2>&1 </dev/null' \
  'rm -rf "$d/script" "$d/content"' \
  '[ "$(cat /var/lib/alloyup/armed 2>/dev/null)" = "$r" ] || : >"$d/done"' >"$d/stop"
trap - HUP INT TERM PIPE
systemd-run --quiet --collect --unit="alloyup-$1" --description="alloyup $1" \
  -p ExecStopPost="/bin/sh $d/stop $d" -p RuntimeMaxSec=3600 -p TimeoutStopSec=600 \
  /bin/sh "$d/job" "$d" || { rm -rf "$d"; echo 'alloyup: no unit'; exit 71; }
echo 'alloyup: started'
sweep
# the same connection follows the log; a later one may pick it up at any byte
exec perl -e "$2" "$1" 0
