using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Tests.Configuration;

public sealed class WorkerOptionsTests
{
    [Theory]
    [InlineData(0, true, 1, 1)]
    [InlineData(0, true, 16, 16)]
    [InlineData(0, false, 2, 2)]
    [InlineData(0, false, 3, 2)]
    [InlineData(0, false, 16, 8)]
    [InlineData(5, true, 2, 5)]
    public void A_sandbox_gets_all_processors_where_it_takes_turns_and_half_of_them_where_not(int threads, bool turns, int processors, int expected) =>
        Assert.Equal(expected, new WorkerOptions { Threads = threads, TakeTurns = turns }.SandboxThreads(processors));
}
