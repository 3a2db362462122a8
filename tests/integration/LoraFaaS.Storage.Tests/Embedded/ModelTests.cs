using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>Functions against a dictionary, through restarts and snapshots.</summary>
public sealed class ModelTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public async Task Store_does_what_a_dictionary_does(int seed)
    {
        var random = new Random(seed);
        using var folder = new StoreFolder();
        var model = new Dictionary<string, FunctionRecord>();

        for (var life = 0; life < 4; life++)
        {
            await using var store = folder.Open(new JournalSettings { SnapshotAfterBytes = 16 << 10 });

            for (var step = 0; step < 60; step++)
            {
                await StepAsync(store, model, random);
            }

            Assert.Equal(
                model.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Same.Text(pair.Value)),
                (await store.ListFunctionsAsync(null, None)).Select(Same.Text));
        }
    }

    private static async Task StepAsync(ICatalogueStore store, Dictionary<string, FunctionRecord> model, Random random)
    {
        var name = $"f-{random.Next(8)}";
        var known = model.GetValueOrDefault(name);

        switch (random.Next(3))
        {
            case 0:
                var created = Sample.Function(name, text: $"{random.Next()}");
                Assert.Equal(known is null ? CatalogueWrite.Done : CatalogueWrite.Exists, await store.CreateFunctionAsync(created, None));
                model.TryAdd(name, created);
                break;
            case 1:
                var updated = Sample.Function(name, random.Next(1, 4), text: $"{random.Next()}");
                var expected = known is null ? CatalogueWrite.NotFound
                    : known.Generation == updated.Generation - 1 ? CatalogueWrite.Done
                    : CatalogueWrite.Stale;
                Assert.Equal(expected, await store.UpdateFunctionAsync(updated, None));
                model[name] = expected is CatalogueWrite.Done ? updated : known!;
                if (known is null)
                {
                    model.Remove(name);
                }

                break;
            default:
                Assert.Equal(model.Remove(name) ? CatalogueWrite.Done : CatalogueWrite.NotFound, await store.DeleteFunctionAsync(Sample.Id(name), None));
                break;
        }
    }
}
