using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every artifact store does.</summary>
public abstract class ArtifactStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private IArtifactStore Store => _stores.Artifacts;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 17)]
    public async Task Content_comes_back_under_its_digest(int bytes)
    {
        var content = Content(bytes);

        var stored = await Store.PutAsync(new TrickleStream(content), long.MaxValue, None);

        Assert.Equal(Digest.OfBytes(content), stored.Digest);
        Assert.Equal(bytes, stored.Bytes);
        Assert.Equal(content, await ReadAsync(stored.Digest));
    }

    [Fact]
    public async Task Unknown_digest_is_null() => Assert.Null(await Store.OpenAsync(Sample.Digest(1), None));

    [Fact]
    public async Task Same_content_is_stored_once_even_by_parallel_uploads()
    {
        var content = Content(300_000);

        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Store.PutAsync(new TrickleStream(content), long.MaxValue, None))));

        Assert.Single(all.Distinct());
        Assert.Equal(content, await ReadAsync(all[0].Digest));
        Assert.True(await Store.DeleteAsync(all[0].Digest, None));
        Assert.Null(await Store.OpenAsync(all[0].Digest, None));
    }

    [Fact]
    public async Task Upload_past_its_limit_leaves_nothing()
    {
        var content = Content(2_000_000);

        var refusal = await Assert.ThrowsAsync<ArtifactTooLargeException>(() => Store.PutAsync(new TrickleStream(content), 1_999_999, None));

        Assert.Equal(1_999_999, refusal.MaxBytes);
        Assert.Null(await Store.OpenAsync(Digest.OfBytes(content), None));
        Assert.Equal(2_000_000, (await Store.PutAsync(new TrickleStream(content), 2_000_000, None)).Bytes);
    }

    [Fact]
    public async Task Upload_that_breaks_off_leaves_nothing()
    {
        var content = Content(2_000_000);

        await Assert.ThrowsAsync<EndOfStreamException>(() => Store.PutAsync(new TrickleStream(content, breaksAt: 1_500_000), long.MaxValue, None));

        Assert.Null(await Store.OpenAsync(Digest.OfBytes(content), None));
        Assert.Null(await Store.OpenAsync(Digest.OfBytes(content.AsSpan(0, 1_500_000)), None));
    }

    [Fact]
    public async Task Deleted_content_is_gone()
    {
        var stored = await Store.PutAsync(new MemoryStream(Content(10)), long.MaxValue, None);

        Assert.True(await Store.DeleteAsync(stored.Digest, None));
        Assert.False(await Store.DeleteAsync(stored.Digest, None));
        Assert.Null(await Store.OpenAsync(stored.Digest, None));
    }

    [Fact]
    public async Task Damaged_content_is_noticed_while_it_is_read()
    {
        var stored = await Store.PutAsync(new MemoryStream(Content(1_500_000)), long.MaxValue, None);
        await _stores.DamageAsync(stored.Digest);

        var finding = await Assert.ThrowsAsync<ArtifactCorruptException>(() => ReadAsync(stored.Digest));

        Assert.Equal(stored.Digest, finding.Digest);
    }

    [Fact]
    public async Task Only_what_nobody_touched_for_long_is_collected()
    {
        var one = await Store.PutAsync(new MemoryStream(Content(10)), long.MaxValue, None);
        var other = await Store.PutAsync(new MemoryStream(Content(11)), long.MaxValue, None);
        var (past, future) = (TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1));

        Assert.Empty(await Store.ListUntouchedAsync(past, None));
        Assert.Equal(new[] { one.Digest.Value, other.Digest.Value }.Order(StringComparer.Ordinal), (await Store.ListUntouchedAsync(future, None)).Select(digest => digest.Value).Order(StringComparer.Ordinal));
        Assert.False(await Store.DeleteUntouchedAsync(one.Digest, past, None));
        Assert.True(await Store.TouchAsync(one.Digest, None));
        Assert.True(await Store.DeleteUntouchedAsync(one.Digest, future, None));
        Assert.False(await Store.DeleteUntouchedAsync(one.Digest, future, None));
        Assert.False(await Store.TouchAsync(one.Digest, None));
        Assert.Null(await Store.OpenAsync(one.Digest, None));
        Assert.Equal([other.Digest], await Store.ListUntouchedAsync(future, None));
    }

    [Fact]
    public async Task Content_that_is_stored_again_counts_as_new()
    {
        var content = Content(12);
        var stored = await Store.PutAsync(new MemoryStream(content), long.MaxValue, None);
        await _stores.ForgetTouchAsync(stored.Digest);
        var since = TimeProvider.System.GetUtcNow().AddHours(-1);
        Assert.Equal([stored.Digest], await Store.ListUntouchedAsync(since, None));

        await Store.PutAsync(new MemoryStream(content), long.MaxValue, None);

        Assert.Empty(await Store.ListUntouchedAsync(since, None));
    }

    private static byte[] Content(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        return content;
    }

    private async Task<byte[]> ReadAsync(Digest digest)
    {
        await using var content = await Store.OpenAsync(digest, None);
        Assert.NotNull(content);
        using var copy = new MemoryStream();
        await content.Stream.CopyToAsync(copy);
        Assert.Equal(content.Bytes, copy.Length);
        return copy.ToArray();
    }
}
