using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.Policies.KeepAlive;

namespace LoraFaaS.Controller.Tests.Planning;

public sealed class KeepAlivePlanTests
{
    private static readonly KeepAliveDefaults Defaults = new();
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Idle_adapters_leave_a_full_device_for_host_memory()
    {
        var worker = Facts.Worker("w", Facts.Resident("a", StorageTier.Device, Hour), Facts.Resident("b", StorageTier.Device)) with
        {
            DeviceBytesUsed = 1L << 30,
        };

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a"), Facts.Function("b")], Defaults, Facts.Then, TimeSpan.Zero);

        var offload = Assert.Single(plan.Offloads);
        Assert.Equal(Facts.DigestOf("a"), offload.Adapter);
        Assert.Equal(StorageTier.Host, offload.To);
        Assert.Equal("openfaas-fn", offload.TrustDomain?.Value);
    }

    [Fact]
    public void An_adapter_shared_by_two_functions_stays_while_one_wants_it()
    {
        var worker = Facts.Worker("w", Facts.Resident("shared", StorageTier.Device, Hour));

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a", "shared", desired: 0), Facts.Function("b", "shared")], Defaults, Facts.Then, TimeSpan.Zero);

        Assert.Empty(plan.Offloads);
    }

    [Fact]
    public void What_nobody_refers_to_goes_down_to_disk()
    {
        var plan = KeepAlivePlan.Make([Facts.Worker("w", Facts.Resident("gone", StorageTier.Host, Hour))], [], Defaults, Facts.Then, TimeSpan.Zero);

        Assert.Equal(StorageTier.Disk, Assert.Single(plan.Offloads).To);
    }

    [Fact]
    public void A_function_is_scaled_to_zero_only_when_every_holder_lets_it_go()
    {
        var function = Facts.Function("a", null, 1, ("com.openfaas.scale.zero", "true"));
        var idle = Facts.Worker("w1", Facts.Resident("a", StorageTier.Device, Hour));
        var used = Facts.Worker("w2", Facts.Resident("a", StorageTier.Device, TimeSpan.FromSeconds(1)));

        Assert.Empty(KeepAlivePlan.Make([idle, used], [function], Defaults, Facts.Then, TimeSpan.Zero).ToZero);
        Assert.Equal(function.Id, Assert.Single(KeepAlivePlan.Make([idle], [function], Defaults, Facts.Then, TimeSpan.Zero).ToZero).Key);
        Assert.Empty(KeepAlivePlan.Make([idle], [function], Defaults, Facts.Then, TimeSpan.Zero).Offloads);
    }

    [Fact]
    public void Scaled_to_zero_leaves_device_and_host()
    {
        var worker = Facts.Worker("w", Facts.Resident("a", StorageTier.Device), Facts.Resident("a", StorageTier.Host));

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a", desired: 0)], Defaults, Facts.Then, TimeSpan.Zero);

        Assert.Equal(2, plan.Offloads.Count);
        Assert.All(plan.Offloads, offload => Assert.Equal(StorageTier.Disk, offload.To));
    }
}
