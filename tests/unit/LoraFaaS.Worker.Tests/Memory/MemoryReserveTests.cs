using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Memory;

public sealed class MemoryReserveTests
{
    [Fact]
    public async Task What_a_cold_start_took_is_there_again_for_the_next_one()
    {
        // Threads that give way to nobody: a busy machine is not to decide how long filling takes.
        await using var world = await DemoWorld.StartAsync("--Worker:LoadNice", "0");
        var (reserve, segment) = (world.Worker.Get<MemoryReserve>(), world.Worker.Get<SegmentAtHand>());
        Assert.Equal(0, reserve.Held.Bytes);

        await CallAsync(world, "first");
        await Patience.UntilAsync(() => segment.Held > 0 && reserve.Held.Bytes >= segment.Held + MemoryReserve.Piece);

        // As the next load does.
        reserve.LetGo(MemoryReserve.Piece);
        using (var taken = segment.TryTake(segment.Held))
        {
            Assert.NotNull(taken);
            Assert.Equal(0, reserve.Held.Bytes);
        }

        await CallAsync(world, "second");
        await Patience.UntilAsync(() => segment.Held > 0 && reserve.Held.Bytes >= segment.Held + MemoryReserve.Piece);
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
