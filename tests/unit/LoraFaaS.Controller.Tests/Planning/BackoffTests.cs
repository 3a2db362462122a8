using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Planning;

namespace LoraFaaS.Controller.Tests.Planning;

public sealed class BackoffTests
{
    private readonly Backoff _backoff = new(new ReconcileOptions());

    [Theory]
    [InlineData(false, new[] { 1, 2, 4, 8, 16, 32, 60, 60 })]
    [InlineData(true, new[] { 5, 10, 20, 40, 60, 60 })]
    public void Pauses_double_up_to_the_longest(bool succeeded, int[] seconds)
    {
        var now = Facts.Then;

        foreach (var pause in seconds)
        {
            _backoff.Note(Facts.Id("f"), 1, succeeded, now);

            Assert.False(_backoff.MayTry(Facts.Id("f"), 1, now.AddSeconds(pause - 0.1)));
            now = now.AddSeconds(pause);
            Assert.True(_backoff.MayTry(Facts.Id("f"), 1, now));
        }
    }

    [Fact]
    public void What_stayed_well_for_long_begins_afresh()
    {
        _backoff.Note(Facts.Id("f"), 1, succeeded: true, Facts.Then);
        _backoff.Note(Facts.Id("f"), 1, succeeded: true, Facts.Then.AddHours(1));

        Assert.True(_backoff.MayTry(Facts.Id("f"), 1, Facts.Then.AddHours(1).AddSeconds(5)));
    }

    [Fact]
    public void Each_revision_has_its_own_pause_and_none_outlives_its_function()
    {
        _backoff.Note(Facts.Id("f"), 1, succeeded: false, Facts.Then);

        Assert.True(_backoff.MayTry(Facts.Id("f"), 2, Facts.Then));

        _backoff.Keep(new HashSet<(LoraFaaS.Contracts.Identity.FunctionId, int)>());
        Assert.True(_backoff.MayTry(Facts.Id("f"), 1, Facts.Then));
    }
}
