# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034  # RUN, NONCE, LIST and the other settings are set by the generated head
#
# The verbs of a run that are rare, or the work of other programs anyway: packages and accounts. apply.pl
# starts this file for one of them, as VERB NUMBER ARGUMENT...; undo.sh stands before it and has the other
# half of each. It has waited for dpkg's lock where that is needed. The answer is 0 or not: nothing relies
# on `set -e`, which is off inside `if` and `||`.

# apt is asked about the repository's list alone: another source that is broken is none of our business
apt() {
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

mend_dpkg() { $DPKG --configure -a; }

save_accounts() {
  accounts=$D/$1.accounts
  mkdir -p "$accounts" || return 1
  set --
  for account in $ACCOUNT_FILES; do
    [ ! -e "/etc/$account" ] || set -- "$@" "/etc/$account"
    [ ! -e "/etc/$account-" ] || set -- "$@" "/etc/$account-"
  done
  [ $# = 0 ] || cp -a -- "$@" "$accounts/"
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
  dpkg-query -L alloy >"$C/package.files" && perl "$D/host.pl" keep "$keep_root" <"$C/package.files" || return 1
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
  perl "$D/host.pl" lock 300 && apt update && apt install --no-install-recommends --allow-downgrades --allow-change-held-packages --reinstall "alloy=$2"
}

hold() { # N hold|install
  dpkg --get-selections alloy >"$D/$1.selection" 2>/dev/null
  echo "alloy $2" | dpkg --set-selections
}

uninstall() { # N remove|purge
  save_package "$1" || return 1
  [ "$2" != purge ] || : >"$D/$1.purge"
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

# --- owners -------------------------------------------------------------------------------------

own_tree() { # N PATH USER GROUP
  if [ -L "$2" ]; then out problem host.file "$2 is a symbolic link"; return 1; fi
  find "$2" -xdev ! \( -user "$3" -group "$4" \) -printf '%U:%G %p\n' >"$D/$1.owners" && chown -hR -- "$3:$4" "$2"
}


# --- which one ----------------------------------------------------------------------------------

verb() {
  case $1 in
    refresh) refresh "$2" ;;
    install) install_package "$2" "$3" ;;
    uninstall) uninstall "$2" "$3" ;;
    hold) hold "$2" "$3" ;;
    try-environment) try_environment ;;
    mend-dpkg) mend_dpkg ;;
    join-groups) shift; join_groups "$@" ;;
    own-tree) shift; own_tree "$@" ;;
    delete-account) delete_account "$2" ;;
    *) echo "packages.sh: no verb $1"; return 64 ;;
  esac
}
verb "$@"
