using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class LoadSharesTests
{
    [Fact]
    public void Without_niceness_a_load_thread_weighs_what_a_thread_of_a_sandbox_does() => Assert.Equal(512, LoadShares.Of(nice: 0, sandboxWeight: 100, sandboxThreads: 2));

    [Theory]
    [InlineData(10, 100, 2, 55)]
    [InlineData(15, 100, 2, 18)]
    [InlineData(15, 200, 2, 36)]
    [InlineData(15, 100, 16, 2)]
    public void Each_step_of_niceness_is_a_quarter(int nice, int weight, int threads, long shares) => Assert.Equal(shares, LoadShares.Of(nice, weight, threads));
}
