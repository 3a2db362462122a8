using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Stores in a temporary folder, on a clock that the test moves.</summary>
public sealed class EmbeddedFixture : IDurableFixture
{
    public Task<DurableStores> OpenAsync()
    {
        var folder = new TempFolder();
        var clock = new FakeTimeProvider();

        // Small, so that the port tests cross snapshots too.
        var settings = new JournalSettings { SnapshotAfterBytes = 32 << 10 };
        var storage = EmbeddedStorage.Open(folder.Path, settings, clock, NullLoggerFactory.Instance);

        return Task.FromResult(new DurableStores(
            storage.Catalogue,
            storage.Usage,
            storage.Artifacts,
            storage.Lease,
            storage.Secrets,
            storage.Keys,
            storage.Audit,
            storage.Async,
            storage.Forecasts,
            storage.Plans,
            storage.Holdings,
            time =>
            {
                clock.Advance(time);
                return Task.CompletedTask;
            },
            digest => DamageAsync(folder.File("artifacts", digest.Hex)),
            digest =>
            {
                File.SetLastWriteTimeUtc(folder.File("artifacts", digest.Hex), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1));
                return Task.CompletedTask;
            },
            async () =>
            {
                await storage.DisposeAsync();
                folder.Dispose();
            }));
    }

    private static async Task DamageAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
    }
}
