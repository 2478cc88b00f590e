#!/bin/sh
# Brings the table of components up to date with Alloy's releases: see README.md.
#   tools/alloy-facts/update.sh [-n] GIT_DIRECTORY [FOLDER]
# -n: fetch no Go modules. FOLDER keeps one VERSION.json for each minor version (.build/alloy-facts).
set -eu
usage='usage: tools/alloy-facts/update.sh [-n] GIT_DIRECTORY [FOLDER]'
fetch=-fetch
if [ "${1-}" = -n ]; then
	fetch=
	shift
fi
git=${1:?$usage}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=${2:-$root/.build/alloy-facts}
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here" && go build -o "$work/extract" .)

# the newest release of each minor version
versions=$(git -C "$git" tag -l 'v1.*' | sed -n 's/^v1\.\([0-9]*\)\..*/\1/p' | sort -nu)
for minor in $versions; do
	tag=$(git -C "$git" tag -l "v1.$minor.*" | grep -v -e - | sort -V | tail -n 1)
	[ -n "$tag" ] || continue
	[ -f "$folder/$tag.json" ] && continue
	rm -f "$folder/v1.$minor."*.json
	mkdir "$work/$tag"
	git -C "$git" archive "$tag" go.mod internal syntax | tar -x -C "$work/$tag"
	commit=$(git -C "$git" rev-parse "$tag^{commit}")
	"$work/extract" -root "$work/$tag" -version "$tag" -commit "$commit" \
		-mod "$(go env GOMODCACHE)" $fetch -out "$folder/$tag.json" -report "$folder/$tag.report"
	rm -rf "${work:?}/$tag"
done
cd "$root"
node build.mjs run scripts/component-table.ts "$folder"
node build.mjs run scripts/alloy-changes.ts
