using System.Diagnostics;
using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.Storage.Tests.Writers;

/// <summary>
/// Durable enqueues a second; for a person to run: <c>measure-async FOLDER|postgres WRITERS SECONDS [BYTES]</c>. Each writer waits for its
/// commit before it sends the next. <c>postgres</c> starts a server with its default settings (fsync and synchronous_commit on).
/// </summary>
internal static class MeasuringEnqueues
{
    public static async Task<int> RunAsync(string where, int writers, int seconds, int bytes)
    {
        if (where != "postgres")
        {
            await using var storage = EmbeddedStorage.Open(where, new JournalSettings(), TimeProvider.System, NullLoggerFactory.Instance);
            return await MeasureAsync(storage.Async, writers, seconds, bytes);
        }

        await using var server = await PostgresServer.StartAsync();
        await using var postgres = PostgresFixture.Connect(await server.CreateDatabaseAsync());
        await postgres.PrepareAsync(CancellationToken.None);
        return await MeasureAsync(postgres.Async, writers, seconds, bytes);
    }

    private static async Task<int> MeasureAsync(IAsyncStore store, int writers, int seconds, int bytes)
    {
        var bounds = new QueueBounds(long.MaxValue, long.MaxValue);
        var clock = Stopwatch.StartNew();
        var limit = TimeSpan.FromSeconds(seconds);
        var times = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var taken = new List<double>();

            for (var call = 0; clock.Elapsed < limit; call++)
            {
                var started = clock.Elapsed;
                var outcome = await store.EnqueueAsync(Sample.Call($"c-{writer}-{call}", bytes: bytes), bounds, CancellationToken.None);
                Trace.Assert(outcome is EnqueueOutcome.Accepted);
                taken.Add((clock.Elapsed - started).TotalMilliseconds);
            }

            return taken;
        })));
        List<double> all = [.. times.SelectMany(taken => taken).Order()];

        await Console.Out.WriteLineAsync(
            $"{writers} writers, {bytes} bytes: {all.Count / clock.Elapsed.TotalSeconds:F0} durable enqueues/s; p50 {all[all.Count / 2]:F2} ms, p99 {all[all.Count * 99 / 100]:F2} ms");
        return 0;
    }
}
