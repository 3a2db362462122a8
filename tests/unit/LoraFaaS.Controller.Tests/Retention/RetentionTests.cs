using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Retention;
using LoraFaaS.Controller.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Tests.Retention;

public sealed class RetentionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Content_that_nothing_refers_to_goes_after_its_time_and_not_before()
    {
        await using var plane = new ControlPlaneUnderTest();
        var artifacts = plane.Get<IArtifactStore>();
        var adapter = await artifacts.PutAsync(new MemoryStream([1]), 1, None);
        var code = await artifacts.PutAsync(new MemoryStream([2]), 1, None);
        var unused = await artifacts.PutAsync(new MemoryStream([3]), 1, None);
        var catalogue = plane.Get<ICatalogueStore>();
        await catalogue.PutAdapterAsync(Facts.Adapter("sql") with { Digest = adapter.Digest }, None);
        var function = Facts.Function("with-code");
        await catalogue.CreateFunctionAsync(
            function with { Revisions = [.. function.Revisions.Select(revision => revision with { Code = new() { Digest = code.Digest, Bytes = code.Bytes } })] }, None);

        await Executor(plane, new RetentionOptions().UnreferencedArtifacts).CollectAsync(None);
        Assert.True(await ExistsAsync(artifacts, unused));

        // As if the time had passed: files have the machine's own time.
        await Executor(plane, TimeSpan.FromHours(-1)).CollectAsync(None);

        Assert.False(await ExistsAsync(artifacts, unused));
        Assert.True(await ExistsAsync(artifacts, adapter));
        Assert.True(await ExistsAsync(artifacts, code));
    }

    private static RetentionExecutor Executor(ControlPlaneUnderTest plane, TimeSpan unreferenced) => new(
        plane.Get<IUsageStore>(), plane.Get<IArtifactStore>(), plane.Get<ICatalogueStore>(),
        Options.Create(new RetentionOptions { UnreferencedArtifacts = unreferenced }), TimeProvider.System, NullLogger<RetentionExecutor>.Instance);

    private static async Task<bool> ExistsAsync(IArtifactStore artifacts, StoredArtifact artifact)
    {
        await using var content = await artifacts.OpenAsync(artifact.Digest, None);
        return content is not null;
    }
}
