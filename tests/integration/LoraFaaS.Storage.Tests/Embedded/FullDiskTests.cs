using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class FullDiskTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly StoreFolder _folder = new();
    private readonly FaultyDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200)]
    [InlineData(int.MaxValue)]
    public async Task Write_that_does_not_fit_is_refused_by_name_and_leaves_no_trace(int room)
    {
        string before;

        await using (var store = _folder.Open(_disk.Settings))
        {
            await store.CreateFunctionAsync(Sample.Function("kept"), None);
            before = await StoreFolder.DescribeAsync(store);
            _disk.RoomLeft = room;

            var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateFunctionAsync(Sample.Function("lost"), None));

            Assert.Contains("No space left on device", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(before, await StoreFolder.DescribeAsync(store));
        }

        await using var again = _folder.Open();
        Assert.Equal(before, await StoreFolder.DescribeAsync(again));
    }

    [Fact]
    public async Task Store_goes_on_when_there_is_room_again()
    {
        await using (var store = _folder.Open(_disk.Settings))
        {
            _disk.RoomLeft = 30;
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateFunctionAsync(Sample.Function("lost"), None));
            _disk.RoomLeft = null;

            Assert.Equal(CatalogueWrite.Done, await store.CreateFunctionAsync(Sample.Function("kept"), None));
            Assert.Equal(1, await store.GetVersionAsync(None));
        }

        await using var again = _folder.Open();
        Assert.Equal("kept", Assert.Single(await again.ListFunctionsAsync(null, None)).Id.Name.Value);
    }

    [Fact]
    public async Task Write_that_was_not_flushed_is_taken_back()
    {
        await using (var store = _folder.Open(_disk.Settings))
        {
            _disk.FailsFlush = true;
            var write = store.CreateFunctionAsync(Sample.Function("lost"), None);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => write);

            // The disk failed in taking back too, so nothing more is written until a start has looked at what is there.
            _disk.FailsFlush = false;
            var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateFunctionAsync(Sample.Function("later"), None));
            Assert.Contains("start again", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(await store.ListFunctionsAsync(null, None));
        }

        await using var again = _folder.Open();
        Assert.Equal(CatalogueWrite.Done, await again.CreateFunctionAsync(Sample.Function("later"), None));
    }

    [Fact]
    public async Task Half_a_write_that_cannot_be_taken_back_is_removed_by_the_next_start()
    {
        await using (var store = _folder.Open(_disk.Settings))
        {
            await store.CreateFunctionAsync(Sample.Function("kept"), None);
            (_disk.RoomLeft, _disk.FailsTruncate) = (100, true);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateFunctionAsync(Sample.Function("lost"), None));
            (_disk.RoomLeft, _disk.FailsTruncate) = (null, false);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateFunctionAsync(Sample.Function("later"), None));
        }

        await using var again = _folder.Open();
        Assert.Equal("kept", Assert.Single(await again.ListFunctionsAsync(null, None)).Id.Name.Value);
    }

    [Fact]
    public async Task Entry_that_is_far_too_large_harms_only_itself()
    {
        await using var store = _folder.Open();
        var huge = store.CreateFunctionAsync(Sample.Function("huge", text: new string('x', 9 << 20)), None);
        var small = store.CreateFunctionAsync(Sample.Function("small"), None);

        await Assert.ThrowsAsync<ArgumentException>(() => huge);
        Assert.Equal(CatalogueWrite.Done, await small);
    }

    [Fact]
    public async Task Really_full_disk_refuses_and_recovers()
    {
        // A file system of one megabyte, in a mount namespace of the child's own.
        using var folder = new TempFolder();
        await using var child = ChildProcess.Start(
            "unshare",
            ["--mount", "--map-root-user", "sh", "-c", "mount -t tmpfs -o size=1m none \"$0\" || exit 77; exec dotnet exec \"$1\" fill \"$0\"", folder.Path, typeof(FullDiskTests).Assembly.Location]);
        var code = await Patience.ForAsync(child.Exited);
        Assert.SkipWhen(code != 0 && child.Output.Count == 0, $"No mount namespaces here: {child.Tail()}");

        Assert.Equal(0, code);
        Assert.Contains(child.Output, line => line.StartsWith("refused:", StringComparison.Ordinal) && line.Contains("No space left", StringComparison.Ordinal));
        var counts = child.Output.Single(line => line.StartsWith("acknowledged", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(counts[1], counts[3]);
        Assert.True(int.Parse(counts[1]) > 100, child.Tail());
    }
}
