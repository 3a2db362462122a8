using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class DataFolderTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folder_in_use_is_refused_in_one_line_and_free_after()
    {
        var first = Open(_folder.Path);

        var refusal = Assert.Throws<StorageStartException>(() => Open(_folder.Path));
        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);

        await first.DisposeAsync();
        await Open(_folder.Path).DisposeAsync();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task New_folder_is_its_owner_s_alone()
    {
        var path = _folder.File("data");

        await Open(path).DisposeAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Path_that_is_a_file_is_refused_in_one_line()
    {
        var path = _folder.File("file");
        await File.WriteAllTextAsync(path, "");

        foreach (var unusable in new[] { path, Path.Combine(path, "below"), "/proc/lorafaas-data" })
        {
            var refusal = Assert.Throws<StorageStartException>(() => Open(unusable));
            Assert.Contains(unusable, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("--Storage:DataPath", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }

    [Fact]
    public async Task Folder_of_a_newer_release_is_refused()
    {
        await Open(_folder.Path).DisposeAsync();
        await File.WriteAllTextAsync(_folder.File("format"), "2\n");

        Assert.Contains("format '2'", Assert.Throws<StorageStartException>(() => Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_token_rises_across_restarts()
    {
        long before;

        await using (var storage = Open(_folder.Path))
        {
            before = (await storage.Lease.TryHoldAsync("c-1", TimeSpan.FromHours(1), None))!.Token;
        }

        await using var again = Open(_folder.Path);
        Assert.True((await again.Lease.TryHoldAsync("c-1", TimeSpan.FromHours(1), None))!.Token > before);
    }

    [Fact]
    public async Task Half_an_upload_is_swept_away_and_pushing_again_mends_damage()
    {
        Digest digest;

        await using (var storage = Open(_folder.Path))
        {
            digest = (await storage.Artifacts.PutAsync(new MemoryStream([1, 2, 3]), 10, None)).Digest;
        }

        await File.WriteAllTextAsync(_folder.File("artifacts", "incoming", "left"), "half");
        await File.WriteAllTextAsync(_folder.File("artifacts", digest.Hex), "damaged");

        await using var again = Open(_folder.Path);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("artifacts", "incoming")));
        await again.Artifacts.PutAsync(new MemoryStream([1, 2, 3]), 10, None);
        await using var content = await again.Artifacts.OpenAsync(digest, None);
        Assert.Equal(3, content!.Bytes);
    }

    [Fact]
    public async Task Usage_older_than_35_days_is_kept_by_days_through_restarts()
    {
        var midnight = new DateTimeOffset(2031, 5, 6, 0, 0, 0, TimeSpan.Zero);
        var worker = new WorkerId("w");

        await using (var storage = Open(_folder.Path))
        {
            // Two hours of the first day, and the first hour of the day 36 days later.
            await storage.Usage.AppendAsync(worker, [Sample.Usage(1, hour: 3), Sample.Usage(2, hour: 20)], None);
            Assert.Empty(await storage.Usage.SumAsync(midnight.AddHours(5), midnight.AddHours(6), None));
            await storage.Usage.AppendAsync(worker, [Sample.Usage(3, hour: 36 * 24)], None);
        }

        await using var again = Open(_folder.Path);
        Assert.Empty(await again.Usage.AppendAsync(worker, [Sample.Usage(1, hour: 3)], None));
        Assert.Equal(2, Assert.Single(await again.Usage.SumAsync(midnight.AddHours(5), midnight.AddHours(6), None)).Invocations);
        Assert.Equal(3, Assert.Single(await again.Usage.SumAsync(midnight, midnight.AddDays(40), None)).Invocations);
    }

    [Fact]
    public async Task Usage_survives_snapshots()
    {
        var worker = new WorkerId("w");

        await using (var storage = Open(_folder.Path, snapshotAfter: 4 << 10))
        {
            for (var i = 0; i < 200; i++)
            {
                await storage.Usage.AppendAsync(worker, [Sample.Usage((ulong)i, $"f-{i % 5}", hour: i)], None);
            }

            await Patience.UntilAsync(() => Directory.EnumerateFiles(_folder.File("usage"), "snapshot-*").Any());
        }

        await using var again = Open(_folder.Path);
        Assert.Empty(await again.Usage.AppendAsync(worker, [.. Enumerable.Range(0, 200).Select(i => Sample.Usage((ulong)i))], None));
        Assert.Equal(200, (await again.Usage.SumAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, None)).Sum(sum => sum.Invocations));
    }

    [Fact]
    public async Task Calls_that_another_worker_may_still_report_are_remembered_through_restarts_and_snapshots()
    {
        var (killed, other) = (new WorkerId("killed"), new WorkerId("other"));
        UsageRecord Try(int number, int generation, int tokens) =>
            Sample.Usage((ulong)generation, $"f-{generation % 5}", hour: generation % 48, tokens) with { Key = $"g-{generation}", Try = number, Outcome = "ok" };

        await using (var storage = Open(_folder.Path, snapshotAfter: 4 << 10))
        {
            for (var i = 1; i <= 100; i++)
            {
                await storage.Usage.AppendAsync(killed, [Try(1, i, tokens: 3)], None);
            }

            await Patience.UntilAsync(() => Directory.EnumerateFiles(_folder.File("usage"), "snapshot-*").Any());
        }

        await using (var again = Open(_folder.Path))
        {
            Assert.Empty(await again.Usage.AppendAsync(other, [.. Enumerable.Range(1, 60).Select(i => Try(2, i, tokens: 5))], None));
        }

        await using var last = Open(_folder.Path);
        Assert.Empty(await last.Usage.AppendAsync(killed, [.. Enumerable.Range(101, 60).Select(i => Try(1, i - 100, tokens: 3) with { Sequence = (ulong)i })], None));
        var sums = await last.Usage.SumAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, None);
        Assert.Equal((100L, (60 * 5L) + (40 * 3)), (sums.Sum(sum => sum.Invocations), sums.Sum(sum => sum.PromptTokens)));
    }

    private static EmbeddedStorage Open(string path, long snapshotAfter = 1 << 20) =>
        EmbeddedStorage.Open(path, new JournalSettings { SnapshotAfterBytes = snapshotAfter }, TimeProvider.System, NullLoggerFactory.Instance);
}
