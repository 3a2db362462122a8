using LoraFaaS.Storage.Embedded.Catalogue;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>A catalogue's folder under a test's hands: opened, closed, copied, cut, damaged.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    public StoreFolder()
    {
        Path = _folder.Folder("catalogue");
        Files = new JournalFiles(Path);
    }

    public string Path { get; }

    public JournalFiles Files { get; }

    public string LastJournal => Files.Journal(Files.Journals()[^1]);

    public EmbeddedCatalogueStore Open(JournalSettings? settings = null, CapturingLogger? logger = null) =>
        EmbeddedCatalogueStore.Open(Path, settings ?? new JournalSettings(), logger ?? new CapturingLogger());

    public StoreFolder Copy()
    {
        var copy = new StoreFolder();

        foreach (var path in Directory.EnumerateFiles(Path))
        {
            File.Copy(path, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(path)));
        }

        return copy;
    }

    /// <summary>Everything a store holds, as one text.</summary>
    public static async Task<string> DescribeAsync(ICatalogueStore store)
    {
        var functions = await store.ListFunctionsAsync(null, CancellationToken.None);
        var adapters = await store.ListAdaptersAsync(CancellationToken.None);
        var backbones = await store.ListBackbonesAsync(CancellationToken.None);
        var namespaces = await store.ListNamespacesAsync(CancellationToken.None);

        return string.Join('\n',
        [
            $"version {await store.GetVersionAsync(CancellationToken.None)}",
            .. functions.Select(Same.Text), .. adapters.Select(Same.Text), .. backbones.Select(Same.Text), .. namespaces.Select(Same.Text),
        ]);
    }

    public void Dispose() => _folder.Dispose();
}
