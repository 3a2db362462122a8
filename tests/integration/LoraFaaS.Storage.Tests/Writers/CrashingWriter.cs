using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Writers;

/// <summary>Writes as fast as it can from several tasks and says what was acknowledged, until it is killed.</summary>
internal static class CrashingWriter
{
    public const int Writers = 6;

    public static async Task<int> RunAsync(string folder, string round)
    {
        var settings = new JournalSettings { SnapshotAfterBytes = 64 << 10 };
        await using var storage = EmbeddedStorage.Open(folder, settings, TimeProvider.System, NullLoggerFactory.Instance);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(storage, round, writer)));
        return 0;
    }

    private static async Task WriteAsync(EmbeddedStorage storage, string round, int writer)
    {
        for (var i = 0; ; i++)
        {
            var name = $"f-{round}-{writer}-{i}";
            await storage.Catalogue.CreateFunctionAsync(Sample.Function(name), CancellationToken.None);
            await Console.Out.WriteLineAsync($"function {name}");

            var worker = $"w-{round}-{writer}";
            await storage.Usage.AppendAsync(new WorkerId(worker), [Sample.Usage((ulong)i, worker)], CancellationToken.None);
            await Console.Out.WriteLineAsync($"usage {worker} {i}");

            // Deletions keep the state small and the snapshots many.
            if (i >= 10)
            {
                var old = $"f-{round}-{writer}-{i - 10}";
                await Console.Out.WriteLineAsync($"deleting {old}");
                await storage.Catalogue.DeleteFunctionAsync(Sample.Id(old), CancellationToken.None);
            }
        }
    }
}
