using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.Policies.KeepAlive;

namespace LoraFaaS.Controller.Tests.Functions;

public sealed class TrafficRegistryTests
{
    private static readonly KeepAliveDefaults Defaults = new()
    {
        Idle = TimeSpan.FromMinutes(10), ScaleZeroDuration = TimeSpan.FromMinutes(15), Orphan = TimeSpan.FromMinutes(1), HighWater = 0.85,
    };

    [Fact]
    public async Task A_new_revision_gets_all_calls_and_the_old_one_is_kept_for_the_grace()
    {
        await using var plane = await PlaneAsync();
        await DeployAsync(plane, "v1");
        await DeployAsync(plane, "v2");

        var routes = await RoutesAsync(plane);

        Assert.Equal(2, routes.Revision.Number);
        Assert.Equal([(1, 0), (2, 100)], Shares(routes));

        plane.Clock.Advance(new RevisionOptions().Grace);
        Assert.Empty((await RoutesAsync(plane)).Targets);
    }

    [Fact]
    public async Task A_canary_a_promotion_and_a_rollback_move_the_split_and_nothing_else()
    {
        await using var plane = await PlaneAsync();
        var traffic = plane.Get<TrafficRegistry>();
        await DeployAsync(plane, "v1");
        await DeployAsync(plane, "v2", (FunctionAnnotations.Canary, "10"));
        Assert.Equal([(1, 90), (2, 10)], Shares(await RoutesAsync(plane)));
        Assert.Equal(1, (await RoutesAsync(plane)).Revision.Number);

        await traffic.PromoteAsync(Facts.Id("f"), CancellationToken.None);
        Assert.Equal([(1, 0), (2, 100)], Shares(await RoutesAsync(plane)));

        await traffic.RollbackAsync(Facts.Id("f"), null, CancellationToken.None);
        Assert.Equal([(1, 100), (2, 0)], Shares(await RoutesAsync(plane)));

        // The same once more is no new revision, and does not undo the rollback.
        await DeployAsync(plane, "v2");
        Assert.Equal(1, (await RoutesAsync(plane)).Revision.Number);

        await DeployAsync(plane, "v3");
        Assert.Equal([(1, 0), (2, 0), (3, 100)], Shares(await RoutesAsync(plane)));

        // What served before is the first one, not the one that was taken back.
        var back = Assert.IsType<FunctionWrite.Done>(await traffic.RollbackAsync(Facts.Id("f"), null, CancellationToken.None));
        Assert.Equal(1, back.Function.Current.Number);
        Assert.Equal(3, back.Function.Newest.Number);
    }

    [Fact]
    public async Task Another_writers_split_is_not_written_over_unseen()
    {
        await using var plane = await PlaneAsync();
        var traffic = plane.Get<TrafficRegistry>();
        await DeployAsync(plane, "v1");
        var seen = (await plane.Get<ICatalogueStore>().FindFunctionAsync(Facts.Id("f"), CancellationToken.None))!.Generation;
        await DeployAsync(plane, "v2");

        var refused = Assert.IsType<FunctionWrite.Refused>(
            await traffic.SplitAsync(Facts.Id("f"), [new TrafficTarget { Revision = 1, Percent = 100 }], seen, CancellationToken.None));

        Assert.Equal(Contracts.Errors.ErrorCode.Conflict, refused.Problem.Code);
    }

    [Theory]
    [InlineData("rev1=50 rev2=50@next", null)]
    [InlineData("rev1=50 rev9=50", "rev9")]
    [InlineData("rev1=50", "50 together")]
    [InlineData("nonsense", "nonsense")]
    public async Task An_annotation_may_say_the_whole_split(string text, string? refused)
    {
        await using var plane = await PlaneAsync();
        await DeployAsync(plane, "v1");
        var write = await TryDeployAsync(plane, "v2", (FunctionAnnotations.Traffic, text));

        if (refused is null)
        {
            Assert.Equal([(1, 50), (2, 50)], Shares(await RoutesAsync(plane)));
        }
        else
        {
            var problem = Assert.IsType<FunctionWrite.Refused>(write).Problem;
            Assert.Equal(FunctionAnnotations.Traffic, problem.Field);
            Assert.Empty((await RoutesAsync(plane)).Targets);
        }
    }

    [Fact]
    public async Task A_revision_in_the_split_is_never_forgotten()
    {
        await using var plane = await PlaneAsync();
        await DeployAsync(plane, "v1");
        await DeployAsync(plane, "v2", (FunctionAnnotations.Traffic, "rev1=100"));

        for (var time = 0; time < 60; time++)
        {
            await DeployAsync(plane, time % 2 == 0 ? "v1" : "v2", (FunctionAnnotations.Traffic, "rev1=100"), (FunctionAnnotations.MaxTokens, $"{time + 1}"));
        }

        Assert.Equal([(1, 100), (62, 0)], Shares(await RoutesAsync(plane)));
    }

    [Fact]
    public async Task What_left_the_split_keeps_its_adapter_until_the_grace_is_over()
    {
        await using var plane = await PlaneAsync();
        await DeployAsync(plane, "v1");
        await DeployAsync(plane, "v2");
        var functions = await plane.Get<ICatalogueStore>().ListFunctionsAsync(null, CancellationToken.None);
        var worker = Facts.Worker("w", Facts.Resident("adapterv1", StorageTier.Device, TimeSpan.FromMinutes(3)));
        var (now, grace) = (plane.Clock.GetUtcNow(), TimeSpan.FromMinutes(5));

        Assert.Empty(KeepAlivePlan.Make([worker], functions, Defaults, now, grace).Offloads);
        Assert.Empty(KeepAlivePlan.Make([worker], functions, Defaults, now, grace).ToZero);
        Assert.Single(KeepAlivePlan.Make([worker], functions, Defaults, now + grace, grace).Offloads);
    }

    [Fact]
    public async Task A_canary_is_warmed_before_its_first_caller_comes()
    {
        await using var plane = await PlaneAsync();
        await DeployAsync(plane, "v1");
        await DeployAsync(plane, "v2", (FunctionAnnotations.Canary, "10"));
        var worker = Facts.Worker("w", Facts.Resident("adapterv1", StorageTier.Device));
        var functions = await plane.Get<ICatalogueStore>().ListFunctionsAsync(null, CancellationToken.None);
        var table = RouteBuilder.Build(RouteSnapshot.Empty, functions, [], [worker], plane.Clock.GetUtcNow(), TimeSpan.Zero);

        Assert.Equal(2, Assert.Single(MissingReplica.In(table, [worker])).Revision.Number);
    }

    private static async Task<ControlPlaneUnderTest> PlaneAsync()
    {
        var plane = new ControlPlaneUnderTest();
        var catalogue = plane.Get<ICatalogueStore>();
        await catalogue.PutBackboneAsync(Facts.Backbone(), CancellationToken.None);

        foreach (var tag in new[] { "v1", "v2", "v3" })
        {
            await catalogue.PutAdapterAsync(Facts.Adapter("adapter", tag), CancellationToken.None);
        }

        return plane;
    }

    private static async Task<FunctionWrite> TryDeployAsync(ControlPlaneUnderTest plane, string tag, params (string Name, string Value)[] annotations)
    {
        var functions = plane.Get<FunctionRegistry>();
        var deployment = new FunctionDeployment
        {
            Service = "f", Image = $"lora://lory/adapter:{tag}", Annotations = annotations.ToDictionary(pair => pair.Name, pair => pair.Value),
        };

        var updated = await functions.UpdateAsync(deployment, CancellationToken.None);
        return updated is FunctionWrite.Refused { Problem.Code: Contracts.Errors.ErrorCode.FunctionNotFound }
            ? await functions.DeployAsync(deployment, CancellationToken.None)
            : updated;
    }

    private static async Task DeployAsync(ControlPlaneUnderTest plane, string tag, params (string Name, string Value)[] annotations) =>
        Assert.IsType<FunctionWrite.Done>(await TryDeployAsync(plane, tag, annotations));

    private static async Task<RouteEntry> RoutesAsync(ControlPlaneUnderTest plane)
    {
        var table = plane.Get<RouteTable>();
        await table.RefreshAsync(CancellationToken.None);
        return table.Current.Routes[Facts.Id("f")];
    }

    private static IEnumerable<(int Revision, int Percent)> Shares(RouteEntry route) => route.Targets.Select(target => (target.Revision.Number, target.Percent));
}
