namespace LoraFaaS.Cli.Completion;

/// <summary>
/// What a shell needs to complete the command: each asks the command itself (the parser's <c>[suggest]</c> directive), so that verbs, options
/// and deployed functions' names come from one place.
/// </summary>
internal static class CompletionScripts
{
    public static readonly IReadOnlyList<string> Shells = ["bash", "zsh", "fish"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => throw new UsageException($"{shell}: there is completion for {string.Join(", ", Shells)}."),
    };

    private const string Bash = """
        # lorafaas completion for bash: source <(lorafaas completion bash)
        _lorafaas() {
          local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
          [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
        }
        complete -F _lorafaas lorafaas
        """;

    private const string Zsh = """
        #compdef lorafaas
        # lorafaas completion for zsh: source <(lorafaas completion zsh)
        _lorafaas() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          if (( ${#found} )) && [[ -n ${found[1]} ]]; then compadd -a found; else _files; fi
        }
        compdef _lorafaas lorafaas
        """;

    private const string Fish = """
        # lorafaas completion for fish: lorafaas completion fish | source
        function __lorafaas
          set -l line (commandline -cp)
          lorafaas "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c lorafaas -a '(__lorafaas)'
        """;
}
