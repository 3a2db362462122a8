using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every catalogue store does.</summary>
public abstract class CatalogueStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private ICatalogueStore Store => _stores.Catalogue;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Function_comes_back_as_it_was_stored()
    {
        var function = Sample.Function("sql", generation: 3);

        Assert.Equal(CatalogueWrite.Done, await Store.CreateFunctionAsync(function, None));

        Same.As(function, await Store.FindFunctionAsync(function.Id, None));
        Same.As(function, Assert.Single(await Store.ListFunctionsAsync(null, None)));
    }

    [Fact]
    public async Task Unknown_function_is_null()
    {
        Assert.Null(await Store.FindFunctionAsync(Sample.Id("nobody"), None));
        Assert.Empty(await Store.ListFunctionsAsync(null, None));
    }

    [Fact]
    public async Task Function_is_created_once()
    {
        await Store.CreateFunctionAsync(Sample.Function("sql", text: "first"), None);

        Assert.Equal(CatalogueWrite.Exists, await Store.CreateFunctionAsync(Sample.Function("sql", text: "second"), None));

        Same.As(Sample.Function("sql", text: "first"), await Store.FindFunctionAsync(Sample.Id("sql"), None));
    }

    [Fact]
    public async Task Same_name_in_another_namespace_is_another_function()
    {
        await Store.CreateFunctionAsync(Sample.Function("sql"), None);

        Assert.Equal(CatalogueWrite.Done, await Store.CreateFunctionAsync(Sample.Function("sql", space: "team-b"), None));
    }

    [Fact]
    public async Task Update_follows_the_stored_generation()
    {
        await Store.CreateFunctionAsync(Sample.Function("sql"), None);

        Assert.Equal(CatalogueWrite.Done, await Store.UpdateFunctionAsync(Sample.Function("sql", generation: 2), None));
        Assert.Equal(CatalogueWrite.Stale, await Store.UpdateFunctionAsync(Sample.Function("sql", generation: 2), None));
        Assert.Equal(CatalogueWrite.Stale, await Store.UpdateFunctionAsync(Sample.Function("sql", generation: 4), None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.UpdateFunctionAsync(Sample.Function("other", generation: 2), None));

        Same.As(Sample.Function("sql", generation: 2), await Store.FindFunctionAsync(Sample.Id("sql"), None));
    }

    [Fact]
    public async Task Of_parallel_updates_of_one_function_exactly_one_wins_each_generation()
    {
        const int Rivals = 8;
        await Store.CreateFunctionAsync(Sample.Function("sql"), None);

        for (var generation = 2; generation <= 6; generation++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, Rivals).Select(rival =>
                Task.Run(() => Store.UpdateFunctionAsync(Sample.Function("sql", generation, text: $"by {rival}"), None))));

            var winner = Array.IndexOf(results, CatalogueWrite.Done);
            Assert.Single(results, CatalogueWrite.Done);
            Assert.Equal(Rivals - 1, results.Count(result => result is CatalogueWrite.Stale));
            Same.As(Sample.Function("sql", generation, text: $"by {winner}"), await Store.FindFunctionAsync(Sample.Id("sql"), None));
        }
    }

    [Fact]
    public async Task Of_parallel_creations_exactly_one_wins_and_none_is_lost()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            Task.Run(() => Store.CreateFunctionAsync(Sample.Function($"f-{i % 8}"), None))));

        Assert.Equal(8, results.Count(result => result is CatalogueWrite.Done));
        Assert.Equal(16, results.Count(result => result is CatalogueWrite.Exists));
        Assert.Equal(8, (await Store.ListFunctionsAsync(null, None)).Count);
        Assert.Equal(8, await Store.GetVersionAsync(None));
    }

    [Fact]
    public async Task Deleted_function_is_gone_and_can_be_created_again()
    {
        await Store.CreateFunctionAsync(Sample.Function("sql"), None);
        await Store.UpdateFunctionAsync(Sample.Function("sql", generation: 2), None);

        Assert.Equal(CatalogueWrite.Done, await Store.DeleteFunctionAsync(Sample.Id("sql"), None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteFunctionAsync(Sample.Id("sql"), None));
        Assert.Null(await Store.FindFunctionAsync(Sample.Id("sql"), None));
        Assert.Equal(CatalogueWrite.Done, await Store.CreateFunctionAsync(Sample.Function("sql"), None));
    }

    [Fact]
    public async Task Functions_are_listed_by_namespace_and_name_byte_by_byte()
    {
        foreach (var (name, space) in new[] { ("b", "x"), ("a-b", "x"), ("a", "x"), ("ab", "x"), ("z", "openfaas-fn"), ("a0", "x") })
        {
            await Store.CreateFunctionAsync(Sample.Function(name, space: space), None);
        }

        Assert.Equal(
            ["z.openfaas-fn", "a.x", "a-b.x", "a0.x", "ab.x", "b.x"],
            (await Store.ListFunctionsAsync(null, None)).Select(function => function.Id.ToString()));
        Assert.Equal(["z.openfaas-fn"], (await Store.ListFunctionsAsync(NamespaceName.Default, None)).Select(function => function.Id.ToString()));
        Assert.Empty(await Store.ListFunctionsAsync(new NamespaceName("empty"), None));
    }

    [Fact]
    public async Task Version_counts_the_writes_that_were_done()
    {
        Assert.Equal(0, await Store.GetVersionAsync(None));

        await Store.CreateFunctionAsync(Sample.Function("sql"), None);
        await Store.CreateFunctionAsync(Sample.Function("sql"), None);
        await Store.UpdateFunctionAsync(Sample.Function("sql", generation: 9), None);
        Assert.Equal(1, await Store.GetVersionAsync(None));

        await Store.PutBackboneAsync(Sample.BackboneRecord(), None);
        await Store.PutAdapterAsync(Sample.Adapter("sql", "v1", 5), None);
        await Store.CreateNamespaceAsync(Space("team"), None);
        await Store.DeleteFunctionAsync(Sample.Id("sql"), None);
        Assert.Equal(5, await Store.GetVersionAsync(None));
    }

    [Fact]
    public async Task Backbone_is_replaced_under_its_name()
    {
        await Store.PutBackboneAsync(Sample.BackboneRecord("b", 1), None);
        await Store.PutBackboneAsync(Sample.BackboneRecord("a", 2), None);
        await Store.PutBackboneAsync(Sample.BackboneRecord("b", 3), None);

        Same.As(Sample.BackboneRecord("b", 3), await Store.FindBackboneAsync(new BackboneName("b"), None));
        Assert.Equal(["a", "b"], (await Store.ListBackbonesAsync(None)).Select(backbone => backbone.Name.Value));
        Assert.Equal(CatalogueWrite.Done, await Store.DeleteBackboneAsync(new BackboneName("a"), None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteBackboneAsync(new BackboneName("a"), None));
        Assert.Null(await Store.FindBackboneAsync(new BackboneName("a"), None));
    }

    [Fact]
    public async Task A_backbone_that_a_function_uses_stays()
    {
        var backbone = new BackboneName("guarded");
        var function = On(backbone, Sample.Function("guarded"));
        await Store.PutBackboneAsync(Sample.BackboneRecord(backbone.Value, 1), None);
        await Store.CreateFunctionAsync(function, None);

        Assert.Equal(CatalogueWrite.InUse, await Store.DeleteBackboneAsync(backbone, None));
        Assert.NotNull(await Store.FindBackboneAsync(backbone, None));

        await Store.DeleteFunctionAsync(function.Id, None);
        Assert.Equal(CatalogueWrite.Done, await Store.DeleteBackboneAsync(backbone, None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_removal_and_a_deployment_at_once_leave_no_function_that_its_deployer_takes_for_good(int round)
    {
        var backbone = new BackboneName($"racing-{round}");
        var function = On(backbone, Sample.Function($"racing-{round}"));
        await Store.PutBackboneAsync(Sample.BackboneRecord(backbone.Value, round), None);

        var removing = Store.DeleteBackboneAsync(backbone, None);
        var deploying = Task.Run(async () =>
        {
            await Store.CreateFunctionAsync(function, None);
            return await Store.FindBackboneAsync(backbone, None) is not null;
        });

        // Seen after it was stored, the backbone can be removed no more.
        Assert.Equal(await deploying, await removing is CatalogueWrite.InUse);
        Assert.Equal(await deploying, await Store.FindBackboneAsync(backbone, None) is not null);
    }

    [Fact]
    public async Task Push_points_its_tag_and_latest_at_the_content()
    {
        await Store.PutAdapterAsync(Sample.Adapter("sql", "v1", 5), None);
        await Store.PutAdapterAsync(Sample.Adapter("sql", "v2", 6, minute: 1), None);

        Same.As(Sample.Adapter("sql", "v1", 5), await FindAsync("lora://tiny-llama/sql:v1"));
        Same.As(Sample.Adapter("sql", "v2", 6, minute: 1), await FindAsync("lora://tiny-llama/sql:v2"));
        Same.As(Sample.Adapter("sql", "latest", 6, minute: 1), await FindAsync("lora://tiny-llama/sql"));
        Assert.Null(await FindAsync("lora://tiny-llama/sql:v3"));
        Assert.Null(await FindAsync("lora://other/sql:v1"));
    }

    [Fact]
    public async Task Content_that_a_tag_has_left_is_found_by_its_digest()
    {
        await Store.PutAdapterAsync(Sample.Adapter("sql", "v1", 5), None);
        await Store.PutAdapterAsync(Sample.Adapter("sql", "v1", 6, minute: 1), None);

        Same.As(Sample.Adapter("sql", "v1", 5), await FindAsync($"lora://tiny-llama/sql@{Sample.Digest(5)}"));
        Assert.Null(await FindAsync($"lora://tiny-llama/other@{Sample.Digest(5)}"));
    }

    [Fact]
    public async Task Adapters_are_listed_newest_push_first()
    {
        await Store.PutAdapterAsync(Sample.Adapter("old", "v1", 5), None);
        await Store.PutAdapterAsync(Sample.Adapter("new", "v1", 6, minute: 2), None);
        await Store.PutAdapterAsync(Sample.Adapter("middle", "latest", 7, minute: 1), None);

        Assert.Equal(
            ["new:latest", "new:v1", "middle:latest", "old:latest", "old:v1"],
            (await Store.ListAdaptersAsync(None)).Select(adapter => $"{adapter.Name}:{adapter.Tag}"));
    }

    [Fact]
    public async Task Parallel_pushes_of_one_adapter_all_arrive()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Store.PutAdapterAsync(Sample.Adapter("sql", $"v{i % 3}", i, minute: i), None))));

        Assert.Equal(4, (await Store.ListAdaptersAsync(None)).Count);
        Assert.Equal(12, await Store.GetVersionAsync(None));
    }

    [Fact]
    public async Task Default_namespace_is_always_there()
    {
        Assert.Equal([NamespaceName.Default], (await Store.ListNamespacesAsync(None)).Select(space => space.Name));
        Assert.Equal(CatalogueWrite.Exists, await Store.CreateNamespaceAsync(Space("openfaas-fn"), None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteNamespaceAsync(NamespaceName.Default, None));

        Assert.Equal(CatalogueWrite.Done, await Store.UpdateNamespaceAsync(Space("openfaas-fn", "labelled"), None));
        Same.As(Space("openfaas-fn", "labelled"), Assert.Single(await Store.ListNamespacesAsync(None)));
    }

    [Fact]
    public async Task Namespace_is_created_updated_and_deleted()
    {
        Assert.Equal(CatalogueWrite.NotFound, await Store.UpdateNamespaceAsync(Space("team"), None));
        Assert.Equal(CatalogueWrite.Done, await Store.CreateNamespaceAsync(Space("team"), None));
        Assert.Equal(CatalogueWrite.Exists, await Store.CreateNamespaceAsync(Space("team"), None));
        Assert.Equal(CatalogueWrite.Done, await Store.UpdateNamespaceAsync(Space("team", "new"), None));

        Assert.Equal(["openfaas-fn", "team"], (await Store.ListNamespacesAsync(None)).Select(space => space.Name.Value));
        Same.As(Space("team", "new"), (await Store.ListNamespacesAsync(None))[1]);

        Assert.Equal(CatalogueWrite.Done, await Store.DeleteNamespaceAsync(new NamespaceName("team"), None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteNamespaceAsync(new NamespaceName("team"), None));
    }

    [Fact]
    public async Task Cancelled_call_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateFunctionAsync(Sample.Function("sql"), cancelled.Token));
        Assert.Null(await Store.FindFunctionAsync(Sample.Id("sql"), None));
    }

    private static NamespaceRecord Space(string name, string label = "x") =>
        new(new NamespaceName(name), new Dictionary<string, string> { ["label"] = label }, new Dictionary<string, string> { ["note"] = "ü" });

    private async Task<AdapterRecord?> FindAsync(string reference)
    {
        Assert.True(AdapterReference.TryParse(reference, out var parsed));
        return await Store.FindAdapterAsync(parsed, None);
    }

    private static FunctionRecord On(BackboneName backbone, FunctionRecord function) =>
        function with { Revisions = [.. function.Revisions.Select(revision => revision with { Backbone = backbone })] };
}
