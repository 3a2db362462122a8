using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.Policies.Forecasting;
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

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a"), Facts.Function("b")], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None);

        var offload = Assert.Single(plan.Offloads);
        Assert.Equal(Facts.DigestOf("a"), offload.Adapter);
        Assert.Equal(StorageTier.Host, offload.To);
        Assert.Equal("openfaas-fn", offload.TrustDomain?.Value);
    }

    [Fact]
    public void An_adapter_shared_by_two_functions_stays_while_one_wants_it()
    {
        var worker = Facts.Worker("w", Facts.Resident("shared", StorageTier.Device, Hour));

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a", "shared", desired: 0), Facts.Function("b", "shared")], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None);

        Assert.Empty(plan.Offloads);
    }

    [Fact]
    public void What_nobody_refers_to_goes_down_to_disk()
    {
        var plan = KeepAlivePlan.Make([Facts.Worker("w", Facts.Resident("gone", StorageTier.Host, Hour))], [], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None);

        Assert.Equal(StorageTier.Disk, Assert.Single(plan.Offloads).To);
    }

    [Fact]
    public void A_function_is_scaled_to_zero_only_when_every_holder_lets_it_go()
    {
        var function = Facts.Function("a", null, 1, ("com.openfaas.scale.zero", "true"));
        var idle = Facts.Worker("w1", Facts.Resident("a", StorageTier.Device, Hour));
        var used = Facts.Worker("w2", Facts.Resident("a", StorageTier.Device, TimeSpan.FromSeconds(1)));

        Assert.Empty(KeepAlivePlan.Make([idle, used], [function], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None).ToZero);
        Assert.Equal(function.Id, Assert.Single(KeepAlivePlan.Make([idle], [function], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None).ToZero).Key);
        Assert.Empty(KeepAlivePlan.Make([idle], [function], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None).Offloads);
    }

    [Fact]
    public void Scaled_to_zero_leaves_device_and_host()
    {
        var worker = Facts.Worker("w", Facts.Resident("a", StorageTier.Device), Facts.Resident("a", StorageTier.Host));

        var plan = KeepAlivePlan.Make([worker], [Facts.Function("a", desired: 0)], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None);

        Assert.Equal(2, plan.Offloads.Count);
        Assert.All(plan.Offloads, offload => Assert.Equal(StorageTier.Disk, offload.To));
    }

    [Fact]
    public void One_that_scaled_itself_to_zero_stays_where_the_plan_expects_its_call_and_goes_where_it_does_not()
    {
        var function = Facts.Function("a", null, 0, ("com.openfaas.scale.zero", "true"));
        var resident = Facts.Resident("a", StorageTier.Device, Hour);
        var hints = new KeepAliveHints(new Dictionary<FunctionId, FunctionForecast>(), Plan(Line("w1", Facts.DigestOf("a"), resident.TrustDomain?.Value)));
        var plan = KeepAlivePlan.Make([Facts.Worker("w1", resident), Facts.Worker("w2", resident)], [function], Defaults, Facts.Then, TimeSpan.Zero, hints);

        Assert.Equal("w2", Assert.Single(plan.Offloads).Worker.Value);

        // Somebody's own scaling to zero is meant.
        var byHand = KeepAlivePlan.Make([Facts.Worker("w1", resident)], [Facts.Function("a", null, 0)], Defaults, Facts.Then, TimeSpan.Zero, hints);
        Assert.Equal(StorageTier.Disk, Assert.Single(byHand.Offloads).To);
    }

    [Fact]
    public void What_a_worker_holds_that_was_away_when_the_plan_was_made_is_kept_until_a_plan_has_seen_it()
    {
        var function = Facts.Function("a", null, 0, ("com.openfaas.scale.zero", "true"));
        var resident = Facts.Resident("a", StorageTier.Device, Hour);
        var empty = Plan(Line("w1", Facts.DigestOf("b"), resident.TrustDomain?.Value)) with { Lines = [], Workers = [] };

        Assert.Empty(Made(empty).Offloads);
        Assert.Single(Made(empty with { Workers = ["w1"] }).Offloads);

        KeepAlivePlan Made(PlanInfo newest) => KeepAlivePlan.Make(
            [Facts.Worker("w1", resident)], [function], Defaults, Facts.Then, TimeSpan.Zero, new KeepAliveHints(new Dictionary<FunctionId, FunctionForecast>(), newest));
    }

    [Fact]
    public void A_host_copy_which_nobody_uses_directly_does_not_keep_its_function_up()
    {
        var function = Facts.Function("a", null, 1, ("com.openfaas.scale.zero", "true"));
        var old = Facts.Worker("w", Facts.Resident("a", StorageTier.Device, Hour), Facts.Resident("a", StorageTier.Host) with { Idle = TimeSpan.Zero, Age = Hour });
        var young = Facts.Worker("w", Facts.Resident("a", StorageTier.Host) with { Idle = TimeSpan.Zero, Age = TimeSpan.FromSeconds(1) });

        Assert.Single(KeepAlivePlan.Make([old], [function], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None).ToZero);
        Assert.Empty(KeepAlivePlan.Make([young], [function], Defaults, Facts.Then, TimeSpan.Zero, KeepAliveHints.None).ToZero);
    }

    private static PlanInfo Plan(PlanLine line) => new() { Number = 1, MadeAt = DateTimeOffset.UnixEpoch, Controller = "c", LeaderToken = 1, WorthMs = 1, Lines = [line], Workers = ["w1", "w2"] };

    private static PlanLine Line(string worker, Digest adapter, string? domain) => new()
    {
        Action = "keep", Kind = "adapter", Worker = worker, Tier = "device", From = "device", Function = "a.openfaas-fn", Digest = adapter.Value, TrustDomain = domain, Bytes = 1,
        Probability = 0.7, SavesMs = 1, Reason = "kept",
    };
}
