# fish completion for alloyup: alloyup completion fish | source
function __alloyup_complete
    set -l typed (commandline -opc)
    set -l found ($typed[1] __complete fish $typed[2..-1] (commandline -ct) 2>/dev/null)
    if test "$found[1]" = ':files'
        __fish_complete_path (commandline -ct)
    else if test (count $found) -gt 0
        printf '%s\n' $found
    end
end
complete -c alloyup -f -a '(__alloyup_complete)'
