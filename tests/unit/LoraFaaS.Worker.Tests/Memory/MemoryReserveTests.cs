using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Memory;

public sealed class MemoryReserveTests
{
    /// <summary>What any cold start that opens a sandbox asks for.</summary>
    private const long Opening = 8L << 20;

    [Fact]
    public async Task What_a_cold_start_touched_is_kept_for_the_next_one_and_let_go_when_it_begins()
    {
        // Threads that give way to nobody: a busy machine is not to decide how long filling takes.
        await using var world = await DemoWorld.StartAsync("--Worker:LoadNice", "0");
        var reserve = world.Worker.Get<MemoryReserve>();
        Assert.Equal(0, reserve.Held.Bytes);

        await CallAsync(world, "first");
        await Patience.UntilAsync(() => reserve.Held.Bytes >= Opening);

        // While somebody waits for a first token nothing is kept anew.
        using (world.Worker.Get<ColdInvocations>().Begin())
        {
            await CallAsync(world, "second");
            await Patience.UntilAsync(() => reserve.Held.Bytes < Opening);
        }

        await Patience.UntilAsync(() => reserve.Held.Bytes >= Opening);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_keep_none_keeps_none()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:ReserveMemory", "0Mi");

        await CallAsync(world, "first");
        await CallAsync(world, "second");

        Assert.Equal(0, world.Worker.Get<MemoryReserve>().Held.Bytes);
    }

    private static async Task CallAsync(DemoWorld world, string trustDomain)
    {
        var answer = await world.Worker.GenerateAsync(world.Request("sentiment", "good", trustDomain, maxTokens: 1), TestContext.Current.CancellationToken);
        Assert.NotNull(answer.Finished);
    }
}
