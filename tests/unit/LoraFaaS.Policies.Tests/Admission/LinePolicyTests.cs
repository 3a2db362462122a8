using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Policies.Tests.Admission;

public sealed class LinePolicyTests
{
    [Fact]
    public void One_line_is_nothing_to_choose_from()
    {
        Assert.Empty(LinePolicy.Join([]));
        Assert.Empty(LinePolicy.Join([Line("a", 3)]));
    }

    [Fact]
    public void The_shorter_lines_are_joined_and_of_two_alike_the_one_that_placement_named_first() =>
        Assert.Equal(["c", "a", "b", "d"], Joined(Line("a", 2), Line("b", 2), Line("c", 1), Line("d", null)));

    [Fact]
    public void Nobody_stands_in_more_lines_than_may_be() =>
        Assert.Equal(["f", "e", "d", "c"], Joined(Line("a", 6), Line("b", 5), Line("c", 4), Line("d", 3), Line("e", 2), Line("f", 1)));

    private static IEnumerable<string> Joined(params BusyLine[] lines) => LinePolicy.Join(lines).Select(line => line.Worker.Value);

    private static BusyLine Line(string worker, int? seconds) => new(new WorkerId(worker), seconds is { } known ? TimeSpan.FromSeconds(known) : null);
}
