using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Tests.Routing;

public sealed class RouteTableTests
{
    [Theory]
    [InlineData("echo")]
    [InlineData("echo.openfaas-fn")]
    public void The_default_namespace_may_be_written_or_left_out(string name) =>
        Assert.Equal("echo", TableWith(Given.Route("echo")).Find(name)!.Function.Name.Value);

    [Fact]
    public void The_part_after_the_last_dot_is_the_namespace()
    {
        var table = TableWith(Given.Route("echo"), Given.Route("echo", "team-a"));

        Assert.Equal("team-a", table.Find("echo.team-a")!.Function.Namespace.Value);
        Assert.Null(table.Find("echo.team-b"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".openfaas-fn")]
    [InlineData("echo.")]
    [InlineData("ECHO")]
    [InlineData("..")]
    public void What_is_no_name_is_not_found(string name) => Assert.Null(TableWith(Given.Route("echo")).Find(name));

    [Fact]
    public void A_backbone_is_found_as_a_model_under_a_name_that_no_function_could_have()
    {
        var table = TableWith(Given.BackboneRoute("lory_5m.base"));

        Assert.True(table.FindModel("lory_5m.base")!.IsBackbone);
        Assert.Null(table.Find("lory_5m.base"));
    }

    [Fact]
    public void Deltas_change_add_and_remove()
    {
        var table = TableWith(Given.Route("one"), Given.Route("two"));
        var update = new RouteUpdate { Version = 2 };
        update.Upserts.Add(Given.Route("three"));
        update.Removals.Add(Given.Key("one"));

        table = table.Apply(update);

        Assert.Equal(2, table.Version);
        Assert.Null(table.Find("one"));
        Assert.NotNull(table.Find("two"));
        Assert.NotNull(table.Find("three"));
    }

    [Fact]
    public void A_snapshot_forgets_what_was_known()
    {
        var table = TableWith(Given.Route("one")).Apply(Given.Snapshot([Given.Route("two")]));

        Assert.Null(table.Find("one"));
        Assert.NotNull(table.Find("two"));
        Assert.Empty(table.Workers);
    }

    [Fact]
    public void A_sign_of_life_says_nothing()
    {
        Assert.True(RouteTable.SaysNothing(new RouteUpdate { Version = 1 }));
        Assert.False(RouteTable.SaysNothing(new RouteUpdate { Version = 1, IsSnapshot = true }));
    }

    [Fact]
    public void A_change_of_workers_leaves_the_routes_as_they_are()
    {
        var table = TableWith(Given.Route("one"));
        var update = new RouteUpdate { Version = 2, WorkersChanged = true };
        update.Workers.Add(Given.Worker("w2", "http://127.0.0.1:2", running: 3));

        var next = table.Apply(update);

        Assert.Same(table.Routes, next.Routes);
        Assert.Equal(3, next.Workers[new WorkerId("w2")].Snapshot.Running);
    }

    [Fact]
    public void A_delta_of_routes_leaves_the_workers_as_they_are()
    {
        var table = RouteTable.Empty.Apply(Given.Snapshot([Given.Route("one")], Given.Worker("w1", "http://127.0.0.1:1")));
        var update = new RouteUpdate { Version = 2 };
        update.Upserts.Add(Given.Route("one", placements: ("w1", StorageTier.Device)));

        var next = table.Apply(update);

        Assert.Same(table.Workers, next.Workers);
        Assert.Equal(StorageTier.Device, next.Find("one")!.Placements[new WorkerId("w1")]);
    }

    [Fact]
    public void A_revision_arrives_whole()
    {
        var wire = Given.Route("echo", "team-a");
        wire.Revision.Isolation = 1;
        wire.Revision.SystemPrompt = "be brief";
        wire.Revision.PromptMode = 1;
        wire.Revision.Temperature = 0.5f;
        wire.Revision.Seed = 0;
        wire.Revision.SloTtftMs = 250;
        wire.Revision.TopP = 0;

        var revision = TableWith(wire).Find("echo.team-a")!.Revision;

        Assert.Equal("echo.team-a", revision.TrustDomain.Value);
        Assert.Equal("be brief", revision.SystemPrompt);
        Assert.Equal(Contracts.Functions.PromptMode.Raw, revision.Prompt);
        Assert.Equal(0, revision.Sampling.Seed);
        Assert.Equal(1, revision.Sampling.TopP);
        Assert.Equal(TimeSpan.FromMilliseconds(250), revision.SloTtft);
        Assert.Null(revision.KeepAlive);
    }

    private static RouteTable TableWith(params Protocol.Control.Route[] routes) => RouteTable.Empty.Apply(Given.Snapshot(routes));
}
