using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Sandboxes;

public sealed class SandboxFrameRulesTests
{
    public static TheoryData<FromSandbox> Impossible =>
    [
        new FromSandbox { Load = new Load { PagesUsed = -1 } },
        new FromSandbox { Load = new Load { PagesKept = long.MaxValue } },
        new FromSandbox { Load = new Load { PagesTotal = long.MinValue } },
        new FromSandbox { Load = new Load { Parked = -1 } },
        new FromSandbox { Load = new Load { LastStepMs = double.NaN } },
        new FromSandbox { Ready = new Ready { PageBytes = 0, Pages = 1 } },
        new FromSandbox { Ready = new Ready { PageBytes = long.MaxValue, Pages = 1 } },
        new FromSandbox { Ready = new Ready { PageBytes = 16_384, Pages = 1, MapMs = double.PositiveInfinity } },
        new FromSandbox { AdapterLoaded = new AdapterLoaded { DeviceBytes = -1 } },
        new FromSandbox { AdapterLoaded = new AdapterLoaded { DeviceBytes = long.MaxValue } },
        new FromSandbox { PrefixReady = new PrefixReady { DeviceBytes = long.MaxValue } },
        new FromSandbox { PrefixReady = new PrefixReady { CachedTokens = -1 } },
        new FromSandbox { LeaseWanted = new LeaseWanted { DeviceBytes = long.MaxValue } },
        new FromSandbox { Leased = new Leased { DeviceBytes = -1 } },
    ];

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_number_that_no_engine_can_mean_is_none(FromSandbox frame) => Assert.False(SandboxFrameRules.IsPossible(frame));

    [Fact]
    public void What_a_sandbox_says_of_the_largest_device_is_taken()
    {
        const long Device = 8L << 40, PageBytes = 16 << 10;

        Assert.True(SandboxFrameRules.IsPossible(new FromSandbox { Ready = new Ready { PageBytes = PageBytes, Pages = Device / PageBytes, MapMs = 60_000 } }));
        Assert.True(SandboxFrameRules.IsPossible(new FromSandbox { Load = new Load { PagesUsed = Device / PageBytes, PagesKept = Device / PageBytes, PagesTotal = Device / PageBytes, LastStepMs = 90_000 } }));
        Assert.True(SandboxFrameRules.IsPossible(new FromSandbox { LeaseWanted = new LeaseWanted { DeviceBytes = Device } }));
        Assert.True(SandboxFrameRules.IsPossible(new FromSandbox { Pong = new Pong() }));
    }
}
