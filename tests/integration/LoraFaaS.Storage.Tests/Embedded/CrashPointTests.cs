using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>Random writes and random crashes: after each, what was acknowledged is there, and what is there is a prefix of what was written.</summary>
public sealed class CrashPointTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Cut_anywhere_the_journal_opens_to_the_writes_before_the_cut(int seed)
    {
        var random = new Random(seed);
        using var folder = new StoreFolder();
        var history = new List<(long Length, string State)>();

        await using (var store = folder.Open())
        {
            history.Add((Length(folder), await StoreFolder.DescribeAsync(store)));

            for (var step = 0; step < 120; step++)
            {
                await RandomOperations.RunOneAsync(store, random);
                history.Add((Length(folder), await StoreFolder.DescribeAsync(store)));
            }
        }

        for (var crash = 0; crash < 60; crash++)
        {
            var cut = random.NextInt64(history[0].Length, history[^1].Length + 1);
            using var copy = folder.Copy();
            await using (var file = File.Open(copy.LastJournal, FileMode.Open))
            {
                file.SetLength(cut);
            }

            await using var store = copy.Open();

            Assert.Equal(history.Last(moment => moment.Length <= cut).State, await StoreFolder.DescribeAsync(store));
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Crashed_and_opened_again_and_again_it_holds_what_was_acknowledged(int seed)
    {
        var random = new Random(seed);
        var folder = new StoreFolder();

        try
        {
            var state = "";

            for (var life = 0; life < 12; life++)
            {
                await using var store = folder.Open(new JournalSettings { SnapshotAfterBytes = 8 << 10 });
                Assert.True(life == 0 || state == await StoreFolder.DescribeAsync(store), $"life {life}");

                for (var step = random.Next(1, 40); step > 0; step--)
                {
                    await RandomOperations.RunOneAsync(store, random);
                }

                state = await StoreFolder.DescribeAsync(store);

                // Closing adds nothing to the files, and leaves a snapshot that is being made half made; copied while they change, they would be of no one moment.
                await store.DisposeAsync();
                var crashed = await CrashAsync(folder, random);
                folder.Dispose();
                folder = crashed;
            }
        }
        finally
        {
            folder.Dispose();
        }
    }

    /// <summary>The files as they are, with a write begun that never ended.</summary>
    private static async Task<StoreFolder> CrashAsync(StoreFolder folder, Random random)
    {
        var copy = folder.Copy();
        var torn = new byte[random.Next(0, 400)];
        random.NextBytes(torn);
        await File.AppendAllBytesAsync(copy.LastJournal, torn);
        return copy;
    }

    private static long Length(StoreFolder folder) => new FileInfo(folder.LastJournal).Length;
}
