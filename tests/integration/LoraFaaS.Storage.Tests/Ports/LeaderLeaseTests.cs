using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every lease does.</summary>
public abstract class LeaderLeaseTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Duration = TimeSpan.FromHours(1);

    private DurableStores _stores = null!;

    private ILeaderLease Lease => _stores.Lease;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Holder_renews_under_the_same_token()
    {
        var first = await Lease.TryHoldAsync("c-1", Duration, None);

        Assert.NotNull(first);
        Assert.Equal(first, await Lease.TryHoldAsync("c-1", Duration, None));
    }

    [Fact]
    public async Task Other_controller_waits_while_it_is_held()
    {
        await Lease.TryHoldAsync("c-1", Duration, None);

        Assert.Null(await Lease.TryHoldAsync("c-2", Duration, None));
    }

    [Fact]
    public async Task Expired_lease_goes_to_another_with_a_higher_token()
    {
        var first = await Lease.TryHoldAsync("c-1", Duration, None);
        await _stores.ElapseAsync(Duration);

        var second = await Lease.TryHoldAsync("c-2", Duration, None);

        Assert.True(second!.Token > first!.Token);
        Assert.Null(await Lease.TryHoldAsync("c-1", Duration, None));
    }

    [Fact]
    public async Task Holder_that_was_late_gets_a_higher_token_too()
    {
        var first = await Lease.TryHoldAsync("c-1", Duration, None);
        await _stores.ElapseAsync(Duration);

        Assert.True((await Lease.TryHoldAsync("c-1", Duration, None))!.Token > first!.Token);
    }

    [Fact]
    public async Task Released_lease_is_free_at_once()
    {
        var first = await Lease.TryHoldAsync("c-1", Duration, None);
        await Lease.ReleaseAsync("c-2", None);
        Assert.Null(await Lease.TryHoldAsync("c-2", Duration, None));

        await Lease.ReleaseAsync("c-1", None);

        Assert.True((await Lease.TryHoldAsync("c-2", Duration, None))!.Token > first!.Token);
    }

    [Fact]
    public async Task Of_many_at_once_exactly_one_leads()
    {
        var grants = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Lease.TryHoldAsync($"c-{i}", Duration, None))));

        Assert.Single(grants, grant => grant is not null);
    }
}
