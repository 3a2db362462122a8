using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.Storage.Tests.Ports;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class EmbeddedAsyncStoreTests() : AsyncStoreTests(new EmbeddedFixture())
{
    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        using var folder = new TempFolder();
        var clock = new FakeTimeProvider();
        var settings = new JournalSettings { SnapshotAfterBytes = 4 << 10 };

        for (var life = 0; life < 4; life++)
        {
            await using var storage = EmbeddedStorage.Open(folder.Path, settings, clock, NullLoggerFactory.Instance);

            for (var i = 0; i < 20; i++)
            {
                await storage.Async.EnqueueAsync(Sample.Call($"c-{life}-{i}"), new QueueBounds(1_000, 1 << 20), CancellationToken.None);
            }

            var leased = await storage.Async.LeaseAsync(10, TimeSpan.FromDays(1), CancellationToken.None);
            Assert.Equal(10, leased.Count);

            foreach (var call in leased.Take(5))
            {
                var done = new CallSettlement { Phase = CallPhase.Completed, Result = Sample.Result() };
                Assert.True(await storage.Async.SettleAsync(call.Request.Id, call.Progress.Lease!, done, CancellationToken.None));
            }

            Assert.Equal(
                new QueueCounts(15 * (life + 1), 150 * (life + 1), 5 * (life + 1), 0), await storage.Async.CountAsync(CancellationToken.None));
        }
    }
}
