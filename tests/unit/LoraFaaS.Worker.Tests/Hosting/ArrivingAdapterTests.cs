using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Calls whose adapter is handed over while it is packed.</summary>
public sealed class ArrivingAdapterTests
{
    /// <summary>Another function's adapter under this one's name: all of it can be packed and computed with, and only its digest says what it is.</summary>
    [Fact]
    public async Task An_adapter_that_is_another_on_this_disk_is_fetched_again_and_says_nothing()
    {
        await using var world = await DemoWorld.StartAsync(before => Replace(before, before.Archive("sql")));
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];

        var answer = await world.Worker.GenerateAsync(world.Request("sentiment", prompt), TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.Text);
        Assert.Equal(1, world.Controller.Store.RequestsOf(world.DigestOf("sentiment")));
    }

    [Fact]
    public async Task One_that_is_on_this_disk_is_in_the_sandbox_when_its_call_has_ended()
    {
        await using var world = await DemoWorld.StartAsync(before => Replace(before, before.Archive("sentiment")));
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];

        var answer = await world.Worker.GenerateAsync(world.Request("sentiment", prompt), TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.Text);
        Assert.Equal(world.DigestOf("sentiment"), Assert.Single(world.Worker.SandboxOf("openfaas-fn").Adapters).Digest);
        Assert.Equal(0, world.Controller.Store.RequestsOf(world.DigestOf("sentiment")));

        // Nobody uses it any more: it can leave.
        await Patience.UntilAsync(() => world.Worker.SandboxOf("openfaas-fn").IdleAdapters.Count == 1);
    }

    private static void Replace(DemoWorld world, byte[] archive) => File.WriteAllBytes(
        Path.Combine(Directory.CreateDirectory(world.Folder.File(Path.Combine("worker", "artifacts"))).FullName, world.DigestOf("sentiment").Hex), archive);
}
