using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every audit store does.</summary>
public abstract class AuditStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private IAuditStore Store => _stores.Audit;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Records_come_back_newest_first_as_they_were_given()
    {
        await Store.AppendAsync(Sample.Audit(1, "a"), None);
        await Store.AppendAsync(Sample.Audit(2, "Grüße"), None);

        var read = await Store.ReadAsync(new AuditQuery(null, null, 10), None);

        Assert.Equal([Sample.Audit(2, "Grüße"), Sample.Audit(1, "a")], read.Select(one => one.Record));
        Assert.True(read[0].Number > read[1].Number);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_overlap()
    {
        for (var i = 0; i < 10; i++)
        {
            await Store.AppendAsync(Sample.Audit(i, $"t{i}"), None);
        }

        var first = await Store.ReadAsync(new AuditQuery(null, null, 4), None);
        var second = await Store.ReadAsync(new AuditQuery(null, first[^1].Number, 4), None);
        var third = await Store.ReadAsync(new AuditQuery(null, second[^1].Number, 4), None);

        Assert.Equal(
            ["t9", "t8", "t7", "t6", "t5", "t4", "t3", "t2", "t1", "t0"],
            first.Concat(second).Concat(third).Select(one => one.Record.Target));
    }

    [Fact]
    public async Task Since_is_a_border_that_belongs_to_the_answer()
    {
        for (var i = 0; i < 5; i++)
        {
            await Store.AppendAsync(Sample.Audit(i, $"t{i}"), None);
        }

        var read = await Store.ReadAsync(new AuditQuery(Sample.Moment.AddMinutes(3), null, 10), None);

        Assert.Equal(["t4", "t3"], read.Select(one => one.Record.Target));
    }
}
