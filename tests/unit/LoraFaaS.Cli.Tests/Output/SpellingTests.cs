using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Tests.Output;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("depoly", "deploy")]
    [InlineData("lst", "list")]
    [InlineData("lists", "list")]
    [InlineData("x", null)]
    [InlineData("something", null)]
    public void The_nearest_word_is_found_where_one_is_near(string typed, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(typed, ["deploy", "list", "ls"]));
}
