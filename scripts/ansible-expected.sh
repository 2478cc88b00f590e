#!/bin/sh
# Asks Ansible what each inventory of test/inventory/ansible/cases says, and of variable-files/, which have
# group_vars and host_vars beside them, and keeps its answers. Needs ansible-core (apt-get install ansible-core); the tests do not.
set -eu
cd "$(dirname "$0")/../test/inventory/ansible"
export ANSIBLE_LOCALHOST_WARNING=false
export ANSIBLE_INVENTORY_UNPARSED_FAILED=true ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true
program=$(mktemp --suffix=.sh)
chmod 700 "$program"
trap 'rm -f "$program"' EXIT
for case in cases/*; do
	name=$(basename "$case")
	# a file of JSON lists is nothing to Ansible unless a program prints it
	if [ "${name%.json}" != "$name" ]; then
		printf '#!/bin/sh\ncat %s/%s\n' "$PWD" "$case" >"$program"
		case=$program
	fi
	ansible-inventory -i "$case" --list >"expected/${name%.*}.gen.json" 2>/dev/null ||
		echo "$name: refused" >&2
done
for case in variable-files/*/hosts.*; do
	name=$(basename "$(dirname "$case")")
	ansible-inventory -i "$case" --list >"expected-variable-files/$name.gen.json" 2>/dev/null ||
		echo "$name: refused" >&2
done
ansible-inventory --version | head -n 1 >expected/version.txt || true
