"""``autogradcli completion``: what makes a shell complete commands, options and files."""

from __future__ import annotations

import click

from .options import environment

#: Bash parts words at = and @ too, so that x=@data.csv is three of them: put together again here, and what stands
#: before the last of these parts (but for its @) is taken off the answers. Click's own script for bash doesn't.
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n'
    local response completion type value before word rest=$COMP_LINE
    local words=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ${#words[@]} == 0 || -z $rest || $rest == [[:space:]]* ]]; then
            words+=("$word")
            rest=${rest#"${rest%%%%[![:space:]]*}"}
        else
            words[${#words[@]}-1]+=$word
        fi
        rest=${rest#"$word"}
    done
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word == *[!=@]* ]] || word=
    before=${words[${#words[@]}-1]%%"$word"}
    before=${before%%@}
    [[ $before == --*=* ]] && before=${before#*=}

    response=$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) %(complete_var)s=bash_complete $1)

    for completion in $response; do
        type=${completion%%%%,*}
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

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
      bash: autogradcli completion bash > ~/.local/share/bash-completion/completions/autogradcli
      zsh:  autogradcli completion zsh > ~/.zfunc/_autogradcli    (with ~/.zfunc in fpath, before compinit)
      fish: autogradcli completion fish > ~/.config/fish/completions/autogradcli.fish
    """
    from click.shell_completion import get_completion_class

    from .group import cli
    from .main import NAME

    kind = get_completion_class(shell)
    assert kind is not None
    maker = kind(cli, {}, NAME, f"_{NAME.upper()}_COMPLETE")
    # Not source(): for bash that starts one to see its version.
    template = _BASH if shell == "bash" else maker.source_template
    environment(ctx).out.write(template % maker.source_vars() + "\n")
