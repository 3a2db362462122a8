using LoraFaaS.Contracts.Admin;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every store of plans does.</summary>
public abstract class PlanStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private IPlanStore Plans => _stores.Plans;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Newest_plan_comes_back_with_its_reasons()
    {
        Assert.Null(await Plans.FindNewestAsync(None));
        var first = await Plans.AppendAsync(Plan(1, "kept: P=0.71 in 5 min, saves 420 ms, costs 13 MiB"), None);
        var second = await Plans.AppendAsync(Plan(1, "loaded"), None);
        var newest = await Plans.FindNewestAsync(None);

        Assert.True(second!.Number > first!.Number);
        Assert.Equal(second.Number, newest!.Number);
        Assert.Equal(second.Lines, newest.Lines);
        Assert.Equal(["w", "w-2"], newest.Workers);
        Assert.Equal(second.MadeAt, newest.MadeAt);
    }

    [Fact]
    public async Task Plan_of_an_older_leader_is_refused()
    {
        await Plans.AppendAsync(Plan(7, "new leader"), None);

        Assert.Null(await Plans.AppendAsync(Plan(6, "old leader"), None));
        Assert.Equal("new leader", (await Plans.FindNewestAsync(None))!.Lines[0].Reason);
    }

    [Fact]
    public async Task Newest_plan_s_reasons_are_renewed_under_its_number()
    {
        var old = await Plans.AppendAsync(Plan(1, "first"), None);
        var newest = await Plans.AppendAsync(Plan(2, "P=0.71"), None);
        var renewed = Plan(2, "P=0.12") with { Number = newest!.Number, WorthMs = 3, Workers = ["w"] };

        Assert.NotNull(await Plans.RefreshAsync(renewed, None));
        var found = await Plans.FindNewestAsync(None);
        Assert.Equal((newest.Number, "P=0.12", 3), (found!.Number, found.Lines[0].Reason, found.WorthMs));
        Assert.Equal(["w"], found.Workers);

        // Neither one that is no longer the newest nor one of an older leader.
        Assert.Null(await Plans.RefreshAsync(Plan(2, "late") with { Number = old!.Number }, None));
        Assert.Null(await Plans.RefreshAsync(Plan(1, "older leader") with { Number = newest.Number }, None));
        Assert.Equal("P=0.12", (await Plans.FindNewestAsync(None))!.Lines[0].Reason);
        Assert.Equal(2, (await Plans.ListAsync(10, None)).Count);
    }

    [Fact]
    public async Task Only_the_newest_are_kept()
    {
        for (var index = 0; index < IPlanStore.Kept + 5; index++)
        {
            await Plans.AppendAsync(Plan(1, $"{index}"), None);
        }

        var kept = await Plans.ListAsync(1_000, None);

        Assert.Equal(IPlanStore.Kept, kept.Count);
        Assert.Equal($"{IPlanStore.Kept + 4}", kept[0].Lines[0].Reason);
    }

    private static PlanInfo Plan(long token, string reason) => new()
    {
        Number = 0,
        MadeAt = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Controller = "c-1",
        LeaderToken = token,
        WorthMs = 12.5,
        Workers = ["w", "w-2"],
        Lines = [new PlanLine { Action = "load", Kind = "adapter", Worker = "w", Tier = "device", From = "disk", Function = "f.openfaas-fn", Bytes = 13, Probability = 0.71, SavesMs = 420, Reason = reason }],
    };
}
