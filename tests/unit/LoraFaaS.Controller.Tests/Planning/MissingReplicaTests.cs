using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;

namespace LoraFaaS.Controller.Tests.Planning;

public sealed class MissingReplicaTests
{
    [Fact]
    public void A_deployed_function_that_is_nowhere_is_missing() =>
        Assert.Equal("a", Assert.Single(Missing([Facts.Function("a")], Facts.Worker("w"))).Revision.Function.Name.Value);

    [Fact]
    public void One_that_is_warm_is_not() =>
        Assert.Empty(Missing([Facts.Function("a")], Facts.Worker("w", Facts.Resident("a", StorageTier.Host))));

    [Fact]
    public void Nothing_is_missing_without_a_worker_that_takes_it()
    {
        Assert.Empty(Missing([Facts.Function("a")]));
        Assert.Empty(Missing([Facts.Function("a")], Facts.Worker("w") with { Draining = true }));
    }

    [Fact]
    public void Scaled_to_zero_wants_nothing() => Assert.Empty(Missing([Facts.Function("a", desired: 0)], Facts.Worker("w")));

    [Fact]
    public void Warming_ahead_never_evicts() =>
        Assert.Empty(Missing([Facts.Function("a")], Facts.Worker("w") with { DeviceBytesUsed = (1L << 30) - 4_096 }));

    [Fact]
    public void A_running_sandbox_has_its_share_of_a_full_device()
    {
        var sandbox = new ResidentState(ResidentKind.Backbone, Facts.BackboneDigest, StorageTier.Device, 0, new TrustDomain("openfaas-fn"), default);

        Assert.Single(Missing([Facts.Function("a")], Facts.Worker("w", sandbox) with { DeviceBytesUsed = 1L << 30 }));
        Assert.Empty(Missing([Facts.Function("a")], Facts.Worker("w", sandbox with { TrustDomain = new TrustDomain("other") }) with { DeviceBytesUsed = 1L << 30 }));
    }

    [Fact]
    public void Replicas_are_wanted_on_as_many_workers_as_there_are()
    {
        var held = Facts.Worker("w1", Facts.Resident("a", StorageTier.Device));

        Assert.Empty(Missing([Facts.Function("a", desired: 3)], held));
        Assert.Single(Missing([Facts.Function("a", desired: 3)], held, Facts.Worker("w2")));
    }

    private static List<MissingReplica> Missing(FunctionRecord[] functions, params WorkerState[] workers) =>
        [.. MissingReplica.In(RouteBuilder.Build(RouteSnapshot.Empty, functions, [], workers, Facts.Then, TimeSpan.Zero), workers)];
}
