using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Tests.Configuration;

public sealed class WorkerOptionsTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0, 2, 2)]
    [InlineData(0, 3, 2)]
    [InlineData(0, 4, 2)]
    [InlineData(0, 16, 8)]
    [InlineData(5, 2, 5)]
    public void A_sandbox_gets_half_of_the_processors_unless_told(int threads, int processors, int expected) =>
        Assert.Equal(expected, new WorkerOptions { Threads = threads }.SandboxThreads(processors));
}
