# bash completion for alloyup: source <(alloyup completion bash)
# shellcheck shell=bash
_alloyup() {
  local reply line
  COMPREPLY=()
  reply=$("${COMP_WORDS[0]}" __complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null) || return 0
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      compopt -o default -o bashdefault 2>/dev/null
      return 0
    fi
    [[ -n $line ]] && COMPREPLY+=("$line")
  done <<<"$reply"
}
complete -F _alloyup alloyup
