#!/bin/sh
# Records Ansible's output for each inventory in test/inventory/ansible/cases, and in folders/, which have
# group_vars and host_vars beside them. Needs ansible-core (apt-get install ansible-core); the tests do not.
set -eu
cd "$(dirname "$0")/../test/inventory/ansible"
export ANSIBLE_LOCALHOST_WARNING=false
export ANSIBLE_INVENTORY_UNPARSED_FAILED=true ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true
program=$(mktemp --suffix=.sh)
chmod 700 "$program"
trap 'rm -f "$program"' EXIT
for case in cases/*; do
	name=$(basename "$case")
	# Ansible reads JSON lists only from an executable
	if [ "${name%.json}" != "$name" ]; then
		printf '#!/bin/sh\ncat %s/%s\n' "$PWD" "$case" >"$program"
		case=$program
	fi
	ansible-inventory -i "$case" --list >"expected/${name%.*}.gen.json" 2>/dev/null ||
		echo "$name: refused" >&2
done
for case in folders/*/hosts.*; do
	name=$(basename "$(dirname "$case")")
	ansible-inventory -i "$case" --list >"expected-folders/$name.gen.json" 2>/dev/null ||
		echo "$name: refused" >&2
done
ansible-inventory --version | head -n 1 >expected/version.txt || true
