using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>One operation out of all a catalogue has, on few names, so that they meet.</summary>
internal static class RandomOperations
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunOneAsync(ICatalogueStore store, Random random)
    {
        var name = $"f-{random.Next(6)}";

        switch (random.Next(9))
        {
            case 0 or 1:
                await store.CreateFunctionAsync(Sample.Function(name, text: $"{random.Next()}"), None);
                break;
            case 2 or 3:
                var stored = await store.FindFunctionAsync(Sample.Id(name), None);
                var generation = (stored?.Generation ?? 1) + (random.Next(4) == 0 ? 0 : 1);
                await store.UpdateFunctionAsync(Sample.Function(name, generation, text: $"{random.Next()}"), None);
                break;
            case 4:
                await store.DeleteFunctionAsync(Sample.Id(name), None);
                break;
            case 5:
                await store.PutAdapterAsync(Sample.Adapter("sql", $"v{random.Next(3)}", random.Next(5), random.Next(100)), None);
                break;
            case 6:
                await store.PutBackboneAsync(Sample.BackboneRecord($"b-{random.Next(3)}", random.Next(9)), None);
                break;
            case 7:
                await store.DeleteBackboneAsync(new BackboneName($"b-{random.Next(3)}"), None);
                break;
            default:
                var space = new NamespaceRecord(new NamespaceName($"n-{random.Next(3)}"), new Dictionary<string, string> { ["x"] = $"{random.Next()}" }, new Dictionary<string, string>());
                _ = random.Next(3) switch
                {
                    0 => await store.CreateNamespaceAsync(space, None),
                    1 => await store.UpdateNamespaceAsync(space, None),
                    _ => await store.DeleteNamespaceAsync(space.Name, None),
                };
                break;
        }
    }
}
