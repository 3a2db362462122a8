using System.Diagnostics;
using LoraFaaS.Cli.Completion;

namespace LoraFaaS.Cli.Tests.Completion;

public sealed class CompletionScriptsTests
{
    [Fact]
    public async Task Bash_takes_its_script_and_asks_the_command()
    {
        // The command is a stand-in that answers as the parser's directive does.
        var script = CompletionScripts.For("bash") + """

            lorafaas() { printf 'deploy\ndescribe\nlist\n'; }
            COMP_WORDS=(lorafaas de) COMP_CWORD=1 COMP_POINT=11 COMP_LINE='lorafaas de'
            _lorafaas
            echo "${COMPREPLY[*]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;

        var said = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal("deploy describe", said.Trim());
    }

    [Theory]
    [InlineData("zsh", "compdef _lorafaas lorafaas")]
    [InlineData("fish", "complete -c lorafaas")]
    public void Others_register_with_their_shell(string shell, string line) => Assert.Contains(line, CompletionScripts.For(shell), StringComparison.Ordinal);

    [Fact]
    public void Another_shell_is_refused() => Assert.Throws<UsageException>(() => CompletionScripts.For("tcsh"));
}
