#compdef alloyup
# zsh completion for alloyup: source <(alloyup completion zsh), or a file _alloyup in $fpath
_alloyup() {
  local line
  local -a typed found shown
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  for line in "${(@f)$("${words[1]}" __complete zsh "${(@)typed}" 2>/dev/null)}"; do
    if [[ $line == ':files' ]]; then
      _files
      return
    fi
    [[ -n $line ]] || continue
    found+=("${line%%$'\t'*}")
    shown+=("${line/$'\t'/  -- }")
  done
  (( $#found )) && compadd -l -d shown -a found
}
if [[ ${funcstack[1]} == _alloyup ]]; then
  _alloyup "$@"
else
  compdef _alloyup alloyup
fi
