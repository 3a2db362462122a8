using LoraFaaS.Storage.Embedded.Files;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class RecoveryTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_is_there_after_a_clean_stop()
    {
        var before = await FillAsync(functions: 5);

        await using var store = _folder.Open();

        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
    }

    [Fact]
    public async Task Torn_tail_is_cut_off_and_reported()
    {
        var before = await FillAsync(functions: 3);
        var length = new FileInfo(_folder.LastJournal).Length;
        await File.AppendAllTextAsync(_folder.LastJournal, "LFR1\x20\0\0\0half a frame");
        var logger = new CapturingLogger();

        await using var store = _folder.Open(logger: logger);

        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
        Assert.Equal(length, new FileInfo(_folder.LastJournal).Length);
        Assert.Contains(logger.Lines, line => line.Level is LogLevel.Warning && line.Text.Contains("20 unacknowledged bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tail_of_zeros_is_cut_off()
    {
        var before = await FillAsync(functions: 3);
        await File.AppendAllTextAsync(_folder.LastJournal, new string('\0', 5_000));

        await using var store = _folder.Open();

        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
        Assert.Equal(CatalogueWrite.Done, await store.CreateFunctionAsync(Sample.Function("next"), None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(100)]
    public async Task Damage_before_intact_entries_stops_the_start_and_changes_nothing(int at)
    {
        var offsets = new List<long>();
        await using (var store = _folder.Open())
        {
            for (var i = 0; i < 4; i++)
            {
                offsets.Add(new FileInfo(_folder.LastJournal).Length);
                await store.CreateFunctionAsync(Sample.Function($"f-{i}"), None);
            }
        }

        var bytes = await File.ReadAllBytesAsync(_folder.LastJournal);
        bytes[offsets[1] + at] ^= 0x40;
        await File.WriteAllBytesAsync(_folder.LastJournal, bytes);

        var refusal = Assert.Throws<StorageStartException>(() => _folder.Open());

        Assert.Contains($"damaged at byte {offsets[1]}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the data folder from a backup", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.LastJournal));
    }

    [Fact]
    public async Task What_the_message_advises_works()
    {
        long length;

        await using (var store = _folder.Open())
        {
            await store.CreateFunctionAsync(Sample.Function("kept"), None);
            length = new FileInfo(_folder.LastJournal).Length;
            await store.CreateFunctionAsync(Sample.Function("damaged"), None);
            await store.CreateFunctionAsync(Sample.Function("after"), None);
        }

        var bytes = await File.ReadAllBytesAsync(_folder.LastJournal);
        bytes[length + 40] ^= 1;
        await File.WriteAllBytesAsync(_folder.LastJournal, bytes);
        var refusal = Assert.Throws<StorageStartException>(() => _folder.Open());
        Assert.Contains($"truncate -s {length} {_folder.LastJournal}", refusal.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(_folder.LastJournal, bytes[..(int)length]);

        await using var again = _folder.Open();
        Assert.Equal("kept", Assert.Single(await again.ListFunctionsAsync(null, None)).Id.Name.Value);
    }

    [Fact]
    public async Task Missing_journal_stops_the_start()
    {
        await FillAsync(functions: 300, snapshotAfter: 32 << 10);

        // The last journal may be one that was begun for a snapshot still to come, and can be missed.
        File.Delete(_folder.Files.Journal(_folder.Files.Snapshots()[^1]));

        Assert.Contains("is missing", Assert.Throws<StorageStartException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_snapshot_stops_the_start()
    {
        await FillAsync(functions: 300, snapshotAfter: 32 << 10);
        File.Delete(_folder.Files.Snapshot(_folder.Files.Snapshots()[^1]));

        Assert.Contains("is missing", Assert.Throws<StorageStartException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_snapshot_stops_the_start()
    {
        await FillAsync(functions: 300, snapshotAfter: 32 << 10);
        var path = _folder.Files.Snapshot(_folder.Files.Snapshots()[^1]);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.Contains(path, Assert.Throws<StorageStartException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_of_a_newer_release_is_left_alone()
    {
        JournalWriter.Create(_folder.Files, new FileHeader("catalogue", FileHeader.Journal, Format: 2, Generation: 1, Sequence: 0));

        Assert.Contains("does not know", Assert.Throws<StorageStartException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_of_another_store_is_refused()
    {
        JournalWriter.Create(_folder.Files, new FileHeader("usage", FileHeader.Journal, FileHeader.CurrentFormat, Generation: 1, Sequence: 0));

        Assert.Contains("usage", Assert.Throws<StorageStartException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_replace_older_files_and_hold_everything()
    {
        var before = await FillAsync(functions: 300, snapshotAfter: 32 << 10);

        Assert.Single(_folder.Files.Snapshots());
        Assert.InRange(_folder.Files.Journals().Count, 1, 2);
        await using var store = _folder.Open();
        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
    }

    [Fact]
    public async Task Crash_between_rotation_and_snapshot_loses_nothing()
    {
        var before = await FillAsync(functions: 3);

        // As the crash leaves it: the next journal is there, the snapshot half-written under its temporary name.
        JournalWriter.Create(_folder.Files, new FileHeader("catalogue", FileHeader.Journal, FileHeader.CurrentFormat, Generation: 2, Sequence: 6));
        await File.WriteAllTextAsync(_folder.Files.Snapshot(2) + DurableFiles.TemporarySuffix, "LFR1 half");

        await using var store = _folder.Open();

        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
        Assert.Equal(CatalogueWrite.Done, await store.CreateFunctionAsync(Sample.Function("next"), None));
        Assert.Equal([1L, 2L], _folder.Files.Journals());
        Assert.False(File.Exists(_folder.Files.Snapshot(2) + DurableFiles.TemporarySuffix));
    }

    [Fact]
    public async Task Crash_before_the_old_files_were_removed_loses_nothing()
    {
        var before = await FillAsync(functions: 300, snapshotAfter: 32 << 10);
        var oldest = _folder.Files.Journals()[0];
        JournalWriter.Create(_folder.Files, new FileHeader("catalogue", FileHeader.Journal, FileHeader.CurrentFormat, oldest - 1, Sequence: 1));

        await using var store = _folder.Open();

        Assert.Equal(before, await StoreFolder.DescribeAsync(store));
        Assert.Equal(oldest, _folder.Files.Journals()[0]);
    }

    /// <summary>Functions, adapters, a backbone and a namespace; gives what the store then holds, after closing it.</summary>
    private async Task<string> FillAsync(int functions, long snapshotAfter = 1 << 30)
    {
        await using var store = _folder.Open(new JournalSettings { SnapshotAfterBytes = snapshotAfter });
        await store.PutBackboneAsync(Sample.BackboneRecord(), None);
        await store.PutAdapterAsync(Sample.Adapter("sql", "v1", 3), None);
        await store.PutAdapterAsync(Sample.Adapter("sql", "v1", 4, minute: 1), None);

        for (var i = 0; i < functions; i++)
        {
            await store.CreateFunctionAsync(Sample.Function($"f-{i}"), None);
        }

        if (snapshotAfter < 1 << 30)
        {
            await Patience.UntilAsync(() => _folder.Files.Snapshots().Count == 1 && _folder.Files.Journals()[0] == _folder.Files.Snapshots()[0]);
        }

        return await StoreFolder.DescribeAsync(store);
    }
}
