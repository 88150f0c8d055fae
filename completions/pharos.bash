# bash completion for pharos
_pharos() {
    local cur prev words cword
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]:-}
    local runs="--output --json --strict --threads --particles --seed --quiet --verbose --help"
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "run check drift map plan skill sweep allocate case objects forcing demo serve user mail help --help --version" -- "$cur")
        return
    fi
    local options
    case $command in
    run) options="--budget_s --objective $runs" ;;
    plan) options="--evaluate --budget_s --objective $runs" ;;
    drift | demo) options=$runs ;;
    map) options="--at --cell_nm --output --strict --threads --particles --seed --quiet --verbose --help" ;;
    skill) options="--observed --every_h --horizon_h $runs" ;;
    mail) options="--case --threads --help" ;;
    serve) options="--listen --db --web --environment --behind-proxy --threads --help" ;;
    user)
        [[ $COMP_CWORD == 2 ]] && mapfile -t COMPREPLY < <(compgen -W "add list role password remove token revoke give" -- "$cur") && return
        options="--db --json --help"
        ;;
    sweep) options="--output --threads --quiet --verbose --help" ;;
    check) options="-o --json --quiet --verbose --help" ;;
    allocate) options="--json --threads --quiet --verbose --help" ;;
    case)
        options="--db --who --why --valid --seq --head --all --to --from --keys --output --json --threads --particles --seed --help"
        if ((COMP_CWORD == 2)); then
            mapfile -t COMPREPLY < <(compgen -W "new list show log edit report note attach get run again close reopen keys trust export import verify backup restore" -- "$cur")
            return
        fi
        ;;
    objects)
        options="--json --help"
        if [[ $cur != -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$(pharos objects 2>/dev/null | awk '/^[A-Za-z]+(-[A-Za-z0-9]+)+ /{print $1}')" -- "$cur")
            return
        fi
        ;;
    forcing)
        options="--json --at --place --output --case --full --help"
        if ((COMP_CWORD == 2)); then
            mapfile -t COMPREPLY < <(compgen -W "inspect" -- "$cur")
            return
        fi
        ;;
    help)
        mapfile -t COMPREPLY < <(compgen -W "run check drift map plan skill sweep allocate case objects forcing demo" -- "$cur")
        return
        ;;
    *) return ;;
    esac
    case $prev in
    --threads | --particles | --seed | --cell_nm | --at | --place | --every_h | --horizon_h | --budget_s | --who | --why | --valid | --seq | --head | --to | --from) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _pharos pharos
