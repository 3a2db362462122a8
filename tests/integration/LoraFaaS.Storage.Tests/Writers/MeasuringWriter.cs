using System.Diagnostics;
using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Writers;

/// <summary>Durable catalogue writes a second; for a person to run: <c>measure FOLDER WRITERS SECONDS</c>.</summary>
internal static class MeasuringWriter
{
    public static async Task<int> RunAsync(string folder, int writers, int seconds)
    {
        await using var storage = EmbeddedStorage.Open(folder, new JournalSettings(), TimeProvider.System, NullLoggerFactory.Instance);
        var clock = Stopwatch.StartNew();
        var limit = TimeSpan.FromSeconds(seconds);
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var (count, record) = (0L, Sample.Function($"f-{writer}"));
            await storage.Catalogue.CreateFunctionAsync(record, CancellationToken.None);

            for (; clock.Elapsed < limit; count++)
            {
                record = record with { Generation = record.Generation + 1 };
                await storage.Catalogue.UpdateFunctionAsync(record, CancellationToken.None);
            }

            return count;
        }));

        await Console.Out.WriteLineAsync($"{writers} writers: {counts.Sum() / clock.Elapsed.TotalSeconds:F0} durable writes/s");
        return 0;
    }
}
