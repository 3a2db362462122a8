using LoraFaaS.Cli.Commands;
using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Cli.Tests.Commands;

public sealed class DescribeCommandTests
{
    private static readonly InvocationStats None = new()
    {
        From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch, Calls = 0, Failed = 0, Cold = 0, CompletionTokens = 0, TtftBoundsMs = [], TtftCounts = [], Minutes = [],
    };

    [Fact]
    public void The_last_hour_is_one_line()
    {
        Assert.Equal("no calls", DescribeCommand.Summary(None));
        Assert.Equal("1 call, 1 failed, 1 cold", DescribeCommand.Summary(None with { Calls = 1, Failed = 1, Cold = 1 }));
        Assert.Equal("3 calls, 3 failed, 1 cold", DescribeCommand.Summary(None with { Calls = 3, Failed = 3, Cold = 1 }));
        Assert.Equal(
            "9 calls, 0 failed, 0 cold, first token after 4.5 ms (half of them), 80 ms (99 in 100)",
            DescribeCommand.Summary(None with { Calls = 9, TtftP50Ms = 4.5, TtftP99Ms = 80 }));
    }
}
