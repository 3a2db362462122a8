using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed class CompilerLoopTests
{
    [Fact]
    public async Task It_looks_from_when_the_host_has_started_until_the_host_is_gone()
    {
        var clock = new FakeTimeProvider();
        var loop = Loop(new HostingOptions(), clock);

        await loop.StartingAsync(CancellationToken.None);
        await loop.StartAsync(CancellationToken.None);
        Assert.Equal(0, clock.ArmedTimers);

        await loop.StartedAsync(CancellationToken.None);
        Assert.Equal(1, clock.ArmedTimers);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, clock.ArmedTimers);

        loop.Dispose();
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact]
    public async Task Off_means_off()
    {
        var clock = new FakeTimeProvider();
        using var loop = Loop(new HostingOptions { CompilerNice = 0 }, clock);

        await loop.StartedAsync(CancellationToken.None);

        Assert.Equal(0, clock.ArmedTimers);
    }

    private static CompilerLoop Loop(HostingOptions options, TimeProvider clock) => new(Options.Create(options), clock);
}
