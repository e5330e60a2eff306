_autogradcli_completion() {
    local IFS=$'\n'
    local response completion type value before word rest=$COMP_LINE
    local words=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ${#words[@]} == 0 || -z $rest || $rest == [[:space:]]* ]]; then
            words+=("$word")
            rest=${rest#"${rest%%[![:space:]]*}"}
        else
            words[${#words[@]}-1]+=$word
        fi
        rest=${rest#"$word"}
    done
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word == *[!=@]* ]] || word=
    before=${words[${#words[@]}-1]%"$word"}
    before=${before%@}
    [[ $before == --*=* ]] && before=${before#*=}

    response=$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) _AUTOGRADCLI_COMPLETE=bash_complete $1)

    for completion in $response; do
        type=${completion%%,*}
        value=${completion#*,}
        if [[ $type == dir ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == file ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == plain ]]; then
            value=${value#"$before"}
            [[ $value == */ ]] && compopt -o nospace
            COMPREPLY+=("$value")
        fi
    done
    return 0
}

complete -o nosort -F _autogradcli_completion autogradcli

