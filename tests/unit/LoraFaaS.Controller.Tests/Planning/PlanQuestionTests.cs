using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Predictors;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Controller.Tests.Planning;

/// <summary>What the planner is asked: revisions, prompt prefixes, and what the inventories say of both.</summary>
public sealed class PlanQuestionTests
{
    private const string Config = """{ "num_hidden_layers": 6, "num_attention_heads": 8, "num_key_value_heads": 4, "hidden_size": 256, "head_dim": 32 }""";

    private static readonly BackboneRecord Backbone = Facts.Backbone() with { ConfigJson = Config };
    private static readonly TrustDomain Domain = Facts.Revision("f").TrustDomain;

    [Fact]
    public void Each_revision_with_calls_is_an_item_with_its_share_of_the_chance()
    {
        var request = Ask([Split("f", [Facts.Revision("f", "old"), Facts.Revision("f", "new", 2), Facts.Revision("f", "tried", 3)], (1, 70), (2, 30), (3, 0))], chance: 0.9);

        Assert.Equal([(1, Facts.DigestOf("old")), (2, Facts.DigestOf("new"))], request.Functions.Select(item => (item.Revision, item.Adapter)));
        Assert.All(request.Functions, item => Assert.Equal(Facts.Id("f"), item.Id));
        Assert.Equal(1 - Math.Pow(0.1, 0.7), request.Functions[0].Probability, 4);
        Assert.Equal(1 - Math.Pow(0.1, 0.3), request.Functions[1].Probability, 4);
        Assert.Single(request.Sandboxes);
    }

    [Fact]
    public void Revisions_with_the_same_adapter_are_one_item_and_weigh_their_bytes_once()
    {
        var request = Ask([Split("f", [Facts.Revision("f", "same"), Facts.Revision("f", "same", 2), Facts.Revision("f", "other", 3)], (1, 20), (2, 50), (3, 30))], chance: 0.5);

        Assert.Equal([2, 3], request.Functions.Select(item => item.Revision));
        Assert.Equal(1 - Math.Pow(0.5, 0.7), request.Functions[0].Probability, 6);
    }

    [Fact]
    public void A_system_prompt_is_a_prefix_with_bytes_by_the_config_until_a_worker_says_them()
    {
        var prompted = Facts.Revision("f") with { SystemPrompt = new string('x', 300) };
        var asked = Assert.Single(Ask([Whole("f", prompted)]).Functions);

        // 100 tokens of 2 × 6 layers × 4 heads × 32 values of 2 bytes.
        Assert.Equal(100 * 3_072, asked.PrefixBytes.Bytes);
        Assert.True(asked.PrefixSaves > TimeSpan.Zero);
        Assert.Empty(asked.HasPrefixAt);

        var kept = Assert.Single(Ask([Whole("f", prompted)], workers: [Worker("w-1"), Worker("w-2", PrefixOf(1, 64 << 10))]).Functions);
        Assert.Equal(64 << 10, kept.PrefixBytes.Bytes);
        Assert.Equal([1], kept.HasPrefixAt);
    }

    [Fact]
    public void What_needs_no_prefix_has_none()
    {
        var raw = Facts.Revision("f") with { SystemPrompt = "Be brief.", Prompt = PromptMode.Raw };
        var prompted = Facts.Revision("f") with { SystemPrompt = "Be brief." };

        Assert.Equal(ByteSize.Zero, Assert.Single(Ask([Whole("f", raw)]).Functions).PrefixBytes);
        Assert.Equal(ByteSize.Zero, Assert.Single(Ask([Whole("f", Facts.Revision("f"))]).Functions).PrefixBytes);

        // Too short to be kept: the worker said so with no bytes, and is not asked again.
        var item = Assert.Single(Ask([Whole("f", prompted)], workers: [Worker("w-1", PrefixOf(1, 0))]).Functions);
        Assert.Equal(ByteSize.Zero, item.PrefixBytes);
        Assert.Empty(item.HasPrefixAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("""{ "num_hidden_layers": "six" }""")]
    public void A_config_that_does_not_say_enough_plans_no_prefix(string config)
    {
        var prompted = Facts.Revision("f") with { SystemPrompt = "Be brief." };
        Assert.Equal(ByteSize.Zero, Assert.Single(Ask([Whole("f", prompted)], backbone: Backbone with { ConfigJson = config }).Functions).PrefixBytes);
    }

    [Fact]
    public void Device_pages_of_another_trust_domain_count_as_on_its_disk()
    {
        var mine = new ResidentState(ResidentKind.Adapter, Facts.DigestOf("f"), StorageTier.Device, 4_096, Domain, default);
        var theirs = mine with { TrustDomain = new TrustDomain("elsewhere") };
        var onHost = new ResidentState(ResidentKind.Adapter, Facts.DigestOf("f"), StorageTier.Host, 4_096, null, default);
        var item = Assert.Single(Ask([Whole("f", Facts.Revision("f"))], workers: [Worker("w-1", theirs), Worker("w-2", onHost, mine), Worker("w-3", onHost, theirs), Worker("w-4")]).Functions);

        Assert.Equal([new Residence(0, StorageTier.Disk), new Residence(1, StorageTier.Device), new Residence(2, StorageTier.Host)], item.Residences.AsEnumerable());
    }

    [Fact]
    public void A_planned_prefix_comes_after_its_adapter_and_what_lies_unplanned_leaves_first()
    {
        var prompted = Facts.Revision("f") with { SystemPrompt = new string('x', 300) };
        var brought = PreloadPlanner.Plan(Ask([Whole("f", prompted)], workers: [Worker("w-1")])).Entries;
        Assert.Equal([ArtifactKind.Adapter, ArtifactKind.Prefix], brought.Where(entry => entry.Function is not null).Select(entry => entry.Kind));
        Assert.All(brought.Where(entry => entry.Function is not null), entry => Assert.Equal((PreloadAction.Load, 1), (entry.Action, entry.Revision)));

        // Bytes have a price that the prefix is not worth: it leaves, its adapter too.
        var held = Worker("w-1", PrefixOf(1, 64 << 10), new ResidentState(ResidentKind.Adapter, Facts.DigestOf("f"), StorageTier.Device, 4_096, Domain, default));
        var leaving = PreloadPlanner.Plan(Ask([Whole("f", prompted)], workers: [held], options: new PlanningOptions { HoldingPrice = 1e6 })).Entries;
        Assert.Contains(leaving, entry => entry is { Kind: ArtifactKind.Prefix, Action: PreloadAction.Offload, Revision: 1 });
    }

    [Fact]
    public void A_prefix_at_the_host_or_on_disk_is_not_prepared()
    {
        var prompted = Facts.Revision("f") with { SystemPrompt = "Be brief." };
        var copies = new[] { StorageTier.Disk, StorageTier.Host }.Select(tier => PrefixOf(1, 64 << 10) with { Tier = tier });
        var item = Assert.Single(Ask([Whole("f", prompted)], workers: [Worker("w-1", [.. copies]), Worker("w-2", PrefixOf(1, 64 << 10))]).Functions);

        Assert.Equal([1], item.HasPrefixAt.AsEnumerable());
    }

    private static PreloadRequest Ask(
        IReadOnlyList<FunctionRecord> functions, double chance = 0.5, IReadOnlyList<WorkerState>? workers = null, BackboneRecord? backbone = null, PlanningOptions? options = null)
    {
        var horizon = new HorizonForecast((float)chance, 1, CountQuantiles.Zero);
        var forecasts = functions.ToDictionary(
            function => function.Id,
            function => new FunctionForecast { Function = function.Id, MadeAt = Facts.Then, Calls = new CallForecast(horizon, horizon, horizon, horizon), Predictor = PredictorKind.PoissonRate, Idle = HybridHistogram.Standard });
        return PlanQuestion.Ask(workers ?? [Worker("w-1")], functions, [backbone ?? Backbone], forecasts, options ?? new PlanningOptions());
    }

    private static WorkerState Worker(string id, params ResidentState[] resident) => Facts.Worker(
        id,
        [
            .. resident,
            new ResidentState(ResidentKind.Backbone, Facts.BackboneDigest, StorageTier.Host, 1 << 20, null, default),
            new ResidentState(ResidentKind.Backbone, Facts.BackboneDigest, StorageTier.Device, 0, Domain, default),
        ]);

    private static ResidentState PrefixOf(int revision, long bytes) =>
        new(ResidentKind.Prefix, Facts.DigestOf("f"), StorageTier.Device, bytes, Domain, default) { Function = Facts.Id("f"), Revision = revision };

    private static FunctionRecord Whole(string name, FunctionRevision revision) => Facts.Function(name) with { Revisions = [revision] };

    private static FunctionRecord Split(string name, IReadOnlyList<FunctionRevision> revisions, params (int Revision, int Percent)[] shares) => Facts.Function(name) with
    {
        Revisions = revisions,
        Traffic = new FunctionTraffic
        {
            Targets = [.. shares.Select(share => new TrafficTarget { Revision = share.Revision, Percent = share.Percent, Tag = share.Percent == 0 ? "tried" : null })],
            Retired = [],
        },
    };
}
