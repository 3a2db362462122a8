using System.CommandLine;
using LoraFaaS.Cli.Commands;

namespace LoraFaaS.Cli.Tests.Commands;

public sealed class CommandLineFaultTests
{
    private static readonly RootCommand Root =
    [
        new Command("deploy") { new Argument<string>("name"), new Option<string>("--image") { Required = true } },
        new Command("describe") { new Argument<string>("function") },
        new Command("scale") { new Argument<string>("function"), new Argument<int>("replicas") },
        Shells(),
        new Command("key") { new Command("create"), new Command("revoke") { new Argument<string>("id") } },
    ];

    [Theory]
    [InlineData("depoly x", "lorafaas has no verb depoly. Did you mean deploy? `lorafaas --help` lists them.")]
    [InlineData("qqq", "lorafaas has no verb qqq. `lorafaas --help` lists them.")]
    [InlineData("key craete", "lorafaas key has no verb craete. Did you mean create? `lorafaas key --help` lists them.")]
    [InlineData("describe sql --jsn", "lorafaas describe takes no --jsn. `lorafaas describe --help` shows what it takes.")]
    [InlineData("deploy sql --image x --imgae y", "lorafaas deploy takes no --imgae. Did you mean --image? `lorafaas deploy --help` shows what it takes.")]
    [InlineData("describe a b", "lorafaas describe takes no b. `lorafaas describe --help` shows what it takes.")]
    [InlineData("describe", "lorafaas describe needs <function>. `lorafaas describe --help` shows what it takes.")]
    [InlineData("deploy sql", "lorafaas deploy needs --image. `lorafaas deploy --help` shows what it takes.")]
    [InlineData("scale", "lorafaas scale needs <function> <replicas>. `lorafaas scale --help` shows what it takes.")]
    [InlineData("scale x", "lorafaas scale needs <replicas>. `lorafaas scale --help` shows what it takes.")]
    [InlineData("completion tcsh", "Argument 'tcsh' not recognized. Must be one of: 'bash', 'zsh'. `lorafaas completion --help` shows what it takes.")]
    public void One_line_says_what_is_wrong_and_where_to_look(string line, string expected) =>
        Assert.Equal(expected, CommandLineFault.Describe(Root.Parse(line)));

    private static Command Shells()
    {
        var shell = new Argument<string>("shell");
        shell.AcceptOnlyFromAmong("bash", "zsh");
        return new Command("completion") { shell };
    }
}
