using System.Security.Cryptography;
using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class ArtifactCacheTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly ControllerLink _link = new();
    private ArtifactStoreServer _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStoreServer.StartAsync();
        _link.Welcomed("test", _store.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_fetched_is_on_disk_and_not_fetched_again()
    {
        var content = Bytes(300_000);
        var digest = _store.Put(content);
        using var cache = Open();

        using (var first = await ReadyAsync(cache, digest, StorageTier.Remote))
        {
            Assert.Equal(content, await File.ReadAllBytesAsync(first.Path, Token));
        }

        using var second = await ReadyAsync(cache, digest, StorageTier.Disk);
        Assert.Equal(1, _store.RequestsOf(digest));
    }

    [Fact]
    public async Task Many_askers_cause_one_download()
    {
        var content = Bytes(100_000);
        var digest = _store.Put(content);
        var gate = new TaskCompletionSource();
        _store.Answer(digest, async context =>
        {
            await gate.Task;
            await context.Response.Body.WriteAsync(content);
        });
        using var cache = Open();

        var askers = Enumerable.Range(0, 20).Select(_ => cache.EnsureAsync(digest, 0, Token)).ToList();
        gate.SetResult();

        foreach (var asker in askers)
        {
            Assert.IsType<ArtifactFetch.Ready>(await Patience.ForAsync(asker)).Lease.Dispose();
        }

        Assert.Equal(1, _store.RequestsOf(digest));
    }

    [Fact]
    public async Task An_asker_who_leaves_does_not_stop_the_download_for_others()
    {
        var content = Bytes(1_000);
        var digest = _store.Put(content);
        var gate = new TaskCompletionSource();
        _store.Answer(digest, async context =>
        {
            await gate.Task;
            await context.Response.Body.WriteAsync(content);
        });
        using var cache = Open();
        using var leaving = new CancellationTokenSource();
        var first = cache.EnsureAsync(digest, 0, leaving.Token);
        var second = cache.EnsureAsync(digest, 0, Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.IsType<ArtifactFetch.Ready>(await Patience.ForAsync(second)).Lease.Dispose();
    }

    [Fact]
    public async Task Wrong_bytes_are_fetched_once_more_and_then_refused()
    {
        var digest = Digest.OfBytes(Bytes(10));
        _store.Answer(digest, context => context.Response.Body.WriteAsync(Bytes(11)).AsTask());
        using var cache = Open();

        Assert.IsType<ArtifactFetch.Corrupt>(await cache.EnsureAsync(digest, 0, Token));

        Assert.Equal(2, _store.RequestsOf(digest));
        Assert.Empty(cache.Inventory);
        Assert.Empty(Directory.GetFiles(_folder.File("artifacts", "incoming")));
    }

    [Fact]
    public async Task A_torn_transfer_is_not_taken_for_the_artifact()
    {
        var content = Bytes(200_000);
        var digest = Digest.OfBytes(content);
        _store.Answer(digest, async context =>
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, 100_000));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var cache = Open();

        Assert.IsType<ArtifactFetch.Unavailable>(await cache.EnsureAsync(digest, 0, Token));
        Assert.False(cache.Contains(digest));
    }

    [Fact]
    public async Task More_bytes_than_announced_are_not_read()
    {
        var digest = _store.Put(Bytes(100_000));
        using var cache = Open();

        Assert.IsType<ArtifactFetch.TooLarge>(await cache.EnsureAsync(digest, 50_000, Token));
    }

    [Fact]
    public async Task An_unknown_digest_is_not_found()
    {
        using var cache = Open();

        Assert.IsType<ArtifactFetch.NotFound>(await cache.EnsureAsync(Digest.OfBytes([1]), 0, Token));
    }

    [Fact]
    public async Task Without_a_controller_ever_seen_nothing_can_be_fetched()
    {
        using var cache = new ArtifactCache(
            _folder.File("artifacts"), ByteSize.FromMebibytes(1), new HttpArtifactRemote(_client, new ControllerLink(), TimeProvider.System),
            Worth(), Verified(), new ResidencyChanges(), NullLogger<ArtifactCache>.Instance);

        Assert.IsType<ArtifactFetch.Unavailable>(await cache.EnsureAsync(Digest.OfBytes([1]), 0, Token));
    }

    [Fact]
    public async Task The_least_recently_used_makes_room_and_one_in_use_stays()
    {
        var (a, b, c) = (_store.Put(Bytes(400_000)), _store.Put(Bytes(400_000)), _store.Put(Bytes(400_000)));
        using var cache = Open(ByteSize.FromMebibytes(1));
        using var inUse = await ReadyAsync(cache, a, StorageTier.Remote);
        (await ReadyAsync(cache, b, StorageTier.Remote)).Dispose();

        (await ReadyAsync(cache, c, StorageTier.Remote)).Dispose();

        Assert.True(cache.Contains(a));
        Assert.False(cache.Contains(b));
        Assert.True(cache.Contains(c));
        Assert.True(cache.Used <= ByteSize.FromMebibytes(1));
    }

    [Fact]
    public async Task A_cache_full_of_artifacts_in_use_refuses_and_keeps_them()
    {
        var (a, b) = (_store.Put(Bytes(700_000)), _store.Put(Bytes(700_000)));
        using var cache = Open(ByteSize.FromMebibytes(1));
        using var inUse = await ReadyAsync(cache, a, StorageTier.Remote);

        Assert.IsType<ArtifactFetch.TooLarge>(await cache.EnsureAsync(b, 0, Token));
        Assert.True(File.Exists(inUse.Path));
    }

    [Fact]
    public async Task A_restart_keeps_what_was_whole_and_clears_what_was_torn()
    {
        var digest = _store.Put(Bytes(5_000));

        using (var cache = Open())
        {
            (await ReadyAsync(cache, digest, StorageTier.Remote)).Dispose();
        }

        var torn = _folder.File("artifacts", "incoming", digest.Hex + ".1");
        await File.WriteAllBytesAsync(torn, Bytes(100), Token);

        using var restarted = Open();
        (await ReadyAsync(restarted, digest, StorageTier.Disk)).Dispose();

        Assert.False(File.Exists(torn));
        Assert.Equal(1, _store.RequestsOf(digest));
    }

    /// <summary>It was counted while it came. Where the file system's clock does not tell its naming from its writing it is counted once more.</summary>
    [Fact]
    public async Task What_was_fetched_is_known_to_be_what_it_is_called_until_it_leaves()
    {
        var digest = _store.Put(Bytes(5_000));
        using var cache = Open();

        using (var lease = await ReadyAsync(cache, digest, StorageTier.Remote))
        {
            var stamp = FileStamp.Of(lease.Path)!;
            Assert.Equal(stamp.IsWrittenBeforeChanged, Verified().Holds(digest, stamp));
        }

        cache.Drop(digest);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("verified")));
    }

    [Fact]
    public async Task What_was_discarded_as_corrupt_is_fetched_again()
    {
        var content = Bytes(5_000);
        var digest = _store.Put(content);
        using var cache = Open();

        using (var reading = await ReadyAsync(cache, digest, StorageTier.Remote))
        {
            cache.Discard(digest);

            using var again = await ReadyAsync(cache, digest, StorageTier.Remote);
            Assert.Equal(content, await File.ReadAllBytesAsync(again.Path, Token));
        }

        Assert.Equal(2, _store.RequestsOf(digest));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    private static async Task<ArtifactLease> ReadyAsync(ArtifactCache cache, Digest digest, StorageTier foundAt)
    {
        var ready = Assert.IsType<ArtifactFetch.Ready>(await Patience.ForAsync(cache.EnsureAsync(digest, 0, Token)));
        Assert.Equal(foundAt, ready.FoundAt);
        return ready.Lease;
    }

    /// <summary>Nobody is counted: of equal worth the least recently used leaves.</summary>
    private static ArtifactWorth Worth() => new(new ArtifactRates(TimeProvider.System), new TierCosts());

    private VerifiedArtifacts Verified() => new(_folder.File("verified"), TimeProvider.System, NullLogger<VerifiedArtifacts>.Instance);

    private ArtifactCache Open(ByteSize? limit = null) => new(
        _folder.File("artifacts"), limit ?? ByteSize.FromMebibytes(16), new HttpArtifactRemote(_client, _link, TimeProvider.System),
        Worth(), Verified(), new ResidencyChanges(), NullLogger<ArtifactCache>.Instance);
}
