using LoraFaaS.Contracts.Units;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every store of holdings does.</summary>
public abstract class HoldingStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateOnly Today = new(2031, 5, 6);

    private DurableStores _stores = null!;

    private IHoldingStore Holdings => _stores.Holdings;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_day_comes_back_as_it_was_saved_last()
    {
        Assert.Null(await Holdings.FindAsync(Today, None));
        await Holdings.SaveAsync(Day(Today, 1), None);
        await Holdings.SaveAsync(Day(Today, 2.5), None);
        await Holdings.SaveAsync(Day(Today.AddDays(1), 3), None);

        var found = await Holdings.FindAsync(Today, None);

        Assert.Equal(Day(Today, 2.5).Functions, found!.Functions);
        Assert.Equal(Day(Today, 2.5).Moves, found.Moves);
        Assert.Equal(Today, found.Day);
    }

    [Fact]
    public async Task Old_days_go()
    {
        for (var day = 0; day <= IHoldingStore.DaysKept; day++)
        {
            await Holdings.SaveAsync(Day(Today.AddDays(day), day), None);
        }

        Assert.Null(await Holdings.FindAsync(Today, None));
        Assert.NotNull(await Holdings.FindAsync(Today.AddDays(1), None));
    }

    private static HoldingDay Day(DateOnly day, double held) => new(
        day,
        [new HoldingSum(Sample.Id("sql"), held, 2, 3, 4)],
        [new TierMove(new DateTimeOffset(day, new TimeOnly(8, 0), TimeSpan.Zero), new WorkerId("w"), Sample.Id("sql"), StorageTier.Remote, StorageTier.Device, "called")]);
}
