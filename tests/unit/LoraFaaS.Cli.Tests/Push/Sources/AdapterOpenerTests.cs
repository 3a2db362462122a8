using System.Formats.Tar;
using System.IO.Compression;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push.Sources;
using LoraFaaS.TestKit.Files;
using Spectre.Console;

namespace LoraFaaS.Cli.Tests.Push.Sources;

public sealed class AdapterOpenerTests : IDisposable
{
    private const string Config = "adapter_config.json";
    private const string Weights = "adapter_model.safetensors";

    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 / 7))];

    private readonly FakeHub _hub = new();
    private readonly TempFolder _temp = new();

    public AdapterOpenerTests()
    {
        _hub.Small["owner/name/resolve/main/" + Config] = "{}"u8.ToArray();
        _hub.Large["owner/name/resolve/main/" + Weights] = Bytes;
    }

    public void Dispose()
    {
        _hub.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Both_files_of_one_version_of_a_repository_are_fetched()
    {
        using var adapter = await OpenAsync("hf://owner/name");

        Assert.Equal(Bytes, await WeightsOf(adapter));
        Assert.Contains(_hub.Asked, asked => asked.Address.AbsolutePath == $"/owner/name/resolve/{FakeHub.Commit}/{Weights}");
    }

    [Fact]
    public async Task A_broken_connection_is_gone_on_with_where_it_broke()
    {
        _hub.SentBeforeBreaks.Enqueue(100_000);
        _hub.SentBeforeBreaks.Enqueue(0);

        using var adapter = await OpenAsync("hf://owner/name");

        Assert.Equal(Bytes, await WeightsOf(adapter));
        Assert.Equal([null, 100_000, 100_000], _hub.Asked.Where(asked => asked.Address.Host == "storage.example").Select(asked => asked.From));
    }

    [Fact]
    public async Task A_connection_that_brings_nothing_is_given_up()
    {
        for (var i = 0; i < 20; i++)
        {
            _hub.SentBeforeBreaks.Enqueue(0);
        }

        var fault = await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name"));

        Assert.Contains("(5 tries)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_where_nobody_answers_is_looked_at_once_more()
    {
        _hub.IsAway = true;

        var fault = await Assert.ThrowsAsync<UsageException>(() => OpenAsync("https://hub.example/adapter.tar"));

        Assert.Contains("(2 tries)", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, _hub.Asked.Count);
    }

    [Fact]
    public async Task What_is_not_what_the_hub_states_is_refused()
    {
        _hub.Damaged = true;

        var fault = await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name"));

        Assert.Contains("SHA-256", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_stays_with_the_hub()
    {
        _hub.Token = "secret";

        using var adapter = await OpenAsync("hf://owner/name", token: "secret");

        Assert.All(_hub.Asked, asked => Assert.Equal(asked.Address.Host == FakeHub.Endpoint.Host, asked.HasToken));
    }

    [Fact]
    public async Task A_repository_that_may_not_be_read_says_how_it_may()
    {
        _hub.Token = "secret";

        Assert.Contains("HF_TOKEN", (await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name"))).Message, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN may not", (await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name", "wrong"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_an_open_line_is_not_followed()
    {
        _hub.RedirectTo = "http://storage.example/x";

        Assert.Contains("not https", (await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        _hub.Large.Clear();

        var fault = await Assert.ThrowsAsync<UsageException>(() => OpenAsync("hf://owner/name"));

        Assert.Contains($"has no {Weights}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("adapter_model.bin", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_archive_is_taken_gzipped_or_not(bool gzipped)
    {
        var path = _temp.File(gzipped ? "a.tgz" : "a.tar");
        await File.WriteAllBytesAsync(path, Archive(gzipped), TestContext.Current.CancellationToken);

        using var adapter = await OpenAsync(path);

        Assert.Equal(Bytes, await WeightsOf(adapter));
    }

    [Fact]
    public async Task An_archive_is_fetched()
    {
        _hub.Large["a.tar.gz"] = Archive(gzipped: true);

        using var adapter = await OpenAsync("https://storage.example/a.tar.gz?signature=x");

        Assert.Equal(Bytes, await WeightsOf(adapter));
    }

    [Fact]
    public async Task A_signature_in_an_address_is_not_repeated()
    {
        _hub.Large["a.tar"] = [1, 2, 3];

        var fault = await Assert.ThrowsAsync<UsageException>(() => OpenAsync("https://user:word@storage.example/a.tar?signature=x"));

        Assert.StartsWith("https://storage.example/a.tar: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PK\u0003\u0004", "a.zip", "is a zip")]
    [InlineData("\u0001\u0002", "adapter_model.safetensors", "weights alone")]
    [InlineData("no archive at all", "a.tar", "cut short")]
    public async Task What_is_no_archive_says_what_it_is(string content, string name, string said)
    {
        var path = _temp.File(name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

        Assert.Contains(said, (await Assert.ThrowsAsync<UsageException>(() => OpenAsync(path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_gzip_is_refused()
    {
        var path = _temp.File("a.tgz");
        var archive = Archive(gzipped: true);
        archive.AsSpan(archive.Length / 2, 64).Fill(0xFF);
        await File.WriteAllBytesAsync(path, archive, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<UsageException>(() => OpenAsync(path));
    }

    [Fact]
    public async Task The_newest_version_in_a_hubs_cache_is_meant()
    {
        Directory.CreateDirectory(_temp.File("refs"));
        await File.WriteAllTextAsync(_temp.File("refs", "main"), FakeHub.Commit, TestContext.Current.CancellationToken);

        foreach (var commit in (string[])[FakeHub.Commit, "older"])
        {
            var snapshot = _temp.Folder("snapshots", commit);
            await File.WriteAllTextAsync(Path.Combine(snapshot, Config), "{}", TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(snapshot, Weights), commit == FakeHub.Commit ? Bytes : [0], TestContext.Current.CancellationToken);
        }

        using var adapter = await OpenAsync(_temp.Path);

        Assert.Equal(Bytes, await WeightsOf(adapter));
    }

    [Fact]
    public async Task Nothing_is_left_of_what_was_fetched()
    {
        var adapter = await OpenAsync("hf://owner/name");
        var folder = adapter.Folder.Path;
        Assert.True(Directory.Exists(folder));

        adapter.Dispose();

        Assert.False(Directory.Exists(folder));
    }

    private async Task<OpenedAdapter> OpenAsync(string text, string? token = null)
    {
        var hub = new HubSettings(FakeHub.Endpoint, token);
        using var fetcher = new FileFetcher(_hub, new PauselessTime());
        var opener = new AdapterOpener(fetcher, hub, new StepLog(AnsiConsole.Console, silent: true), TimeProvider.System);
        return await opener.OpenAsync(AdapterSource.Read(text, hub), TestContext.Current.CancellationToken);
    }

    private static Task<byte[]> WeightsOf(OpenedAdapter adapter) =>
        File.ReadAllBytesAsync(Path.Combine(adapter.Folder.Path, Weights), TestContext.Current.CancellationToken);

    /// <summary>As a training run's folder is packed: in a folder of its own, in no order, beside other files.</summary>
    private static byte[] Archive(bool gzipped)
    {
        using var bytes = new MemoryStream();

        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "my-adapter/"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "my-adapter/README.md") { DataStream = new MemoryStream([1]) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "my-adapter/" + Weights) { DataStream = new MemoryStream(Bytes) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "my-adapter/" + Config) { DataStream = new MemoryStream("{}"u8.ToArray()) });
        }

        return gzipped ? Gzipped(bytes.ToArray()) : bytes.ToArray();
    }

    private static byte[] Gzipped(byte[] content)
    {
        using var bytes = new MemoryStream();

        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }
}
