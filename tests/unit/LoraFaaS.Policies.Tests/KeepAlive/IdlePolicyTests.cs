using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Forecasting.Predictors;
using LoraFaaS.Policies.KeepAlive;

namespace LoraFaaS.Policies.Tests.KeepAlive;

public sealed class IdlePolicyTests
{
    private static readonly KeepAliveDefaults Defaults = new();

    [Fact]
    public void A_used_adapter_stays() =>
        Assert.IsType<KeepAliveDecision.Keep>(Decide(Idle(minutes: 9) with { DeviceUse = 1 }));

    [Fact]
    public void An_idle_adapter_stays_while_nobody_needs_its_bytes() =>
        Assert.Contains("nobody needs", Assert.IsType<KeepAliveDecision.Keep>(Decide(Idle(minutes: 600) with { DeviceUse = 0.5 })).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_idle_adapter_moves_to_host_memory_under_pressure()
    {
        var decision = Assert.IsType<KeepAliveDecision.Offload>(Decide(Idle(minutes: 10) with { DeviceUse = 0.9 }));

        Assert.Equal(StorageTier.Host, decision.To);
        Assert.Contains("90 % full", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    public void The_annotation_overrides_the_default(int minutes, bool offloaded)
    {
        var decision = Decide(Idle(minutes) with { DeviceUse = 1, Rule = new KeepAliveRule { KeepAlive = TimeSpan.FromMinutes(30) } });

        Assert.Equal(offloaded, decision is KeepAliveDecision.Offload);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(26, true)]
    [InlineData(27, false)]
    [InlineData(33, false)]
    [InlineData(35, true)]
    public void Under_pressure_the_functions_own_idle_times_say_when_it_may_go(int minutes, bool offloaded)
    {
        // A timer of half an hour: not due for long after each call, then awaited from 27 minutes to 34.
        var windows = new IdleWindows(IdleWindowSource.Histogram, TimeSpan.FromMinutes(27), TimeSpan.FromMinutes(7));
        var idle = Idle(minutes) with { DeviceUse = 1, Windows = windows };

        Assert.Equal(offloaded, Decide(idle) is KeepAliveDecision.Offload);
        Assert.IsType<KeepAliveDecision.Keep>(Decide(idle with { DeviceUse = 0.5 }));
        Assert.IsType<KeepAliveDecision.Keep>(Decide(idle with { Planned = true }));
        Assert.IsType<KeepAliveDecision.Keep>(Decide(idle with { Rule = new KeepAliveRule { KeepAlive = TimeSpan.FromHours(1) } }));
    }

    [Fact]
    public void A_minimum_of_replicas_keeps_it_whatever_the_pressure() =>
        Assert.IsType<KeepAliveDecision.Keep>(Decide(Idle(minutes: 6_000) with { DeviceUse = 1, Rule = new KeepAliveRule { ScaleMin = 1 } }));

    [Fact]
    public void A_minimum_of_zero_replicas_keeps_nothing() =>
        Assert.IsType<KeepAliveDecision.Offload>(Decide(Idle(minutes: 60) with { DeviceUse = 1, Rule = new KeepAliveRule { ScaleMin = 0 } }));

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    public void Scale_zero_does_not_wait_for_pressure(int minutes, bool zero)
    {
        var decision = Decide(Idle(minutes) with { Rule = new KeepAliveRule { ScaleZero = true } });

        Assert.Equal(zero, decision is KeepAliveDecision.ScaleToZero);
    }

    [Fact]
    public void Scale_zero_has_a_duration_of_its_own() =>
        Assert.IsType<KeepAliveDecision.ScaleToZero>(
            Decide(Idle(minutes: 1) with { Rule = new KeepAliveRule { ScaleZero = true, ScaleZeroDuration = TimeSpan.FromSeconds(30) } }));

    [Theory]
    [InlineData(StorageTier.Device)]
    [InlineData(StorageTier.Host)]
    public void Scaled_to_zero_leaves_memory_at_once(StorageTier tier) =>
        Assert.Equal(StorageTier.Disk, Assert.IsType<KeepAliveDecision.Offload>(Decide(Idle(minutes: 0) with { Tier = tier, DesiredReplicas = 0 })).To);

    [Fact]
    public void What_no_function_refers_to_leaves_after_a_minute()
    {
        Assert.IsType<KeepAliveDecision.Keep>(Decide(Idle(minutes: 0) with { Orphaned = true }));
        Assert.IsType<KeepAliveDecision.Offload>(Decide(Idle(minutes: 1) with { Orphaned = true }));
    }

    [Theory]
    [InlineData(StorageTier.Disk)]
    [InlineData(StorageTier.Remote)]
    public void What_holds_no_memory_stays_where_it_is(StorageTier tier) =>
        Assert.IsType<KeepAliveDecision.Keep>(Decide(Idle(minutes: 6_000) with { Tier = tier, Orphaned = true, DesiredReplicas = 0 }));

    private static KeepAliveDecision Decide(AdapterIdleSnapshot adapter) => IdlePolicy.Decide(adapter, Defaults);

    private static AdapterIdleSnapshot Idle(int minutes) => new()
    {
        Tier = StorageTier.Device,
        Idle = TimeSpan.FromMinutes(minutes),
        DesiredReplicas = 1,
        Rule = KeepAliveRule.Unsaid,
        DeviceUse = 0.2,
    };
}
