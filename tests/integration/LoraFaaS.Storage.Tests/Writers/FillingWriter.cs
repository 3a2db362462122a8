using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Writers;

/// <summary>Fills a small disk, sees the store refuse, makes room and goes on; then opens again and counts.</summary>
internal static class FillingWriter
{
    public static async Task<int> RunAsync(string folder)
    {
        var ballast = Path.Combine(folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[128 << 10]);
        var data = Path.Combine(folder, "data");
        var acknowledged = 0;

        await using (var storage = Open(data))
        {
            acknowledged = await FillAsync(storage);
            File.Delete(ballast);

            if (await storage.Catalogue.CreateFunctionAsync(Sample.Function("after"), CancellationToken.None) is CatalogueWrite.Done)
            {
                acknowledged++;
            }
        }

        await using (var storage = Open(data))
        {
            var found = await storage.Catalogue.ListFunctionsAsync(null, CancellationToken.None);
            await Console.Out.WriteLineAsync($"acknowledged {acknowledged} found {found.Count}");
        }

        return 0;
    }

    private static async Task<int> FillAsync(EmbeddedStorage storage)
    {
        for (var count = 0; ; count++)
        {
            try
            {
                await storage.Catalogue.CreateFunctionAsync(Sample.Function($"f-{count}"), CancellationToken.None);
            }
            catch (StoreUnavailableException exception)
            {
                await Console.Out.WriteLineAsync($"refused: {exception.Message}");
                return count;
            }
        }
    }

    private static EmbeddedStorage Open(string folder) =>
        EmbeddedStorage.Open(folder, new JournalSettings(), TimeProvider.System, NullLoggerFactory.Instance);
}
