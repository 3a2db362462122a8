using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Tests.Support;

namespace LoraFaaS.Controller.Tests.Planning;

public sealed class ForgottenPrefixesTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    [Fact]
    public void Those_of_functions_in_use_stay_and_those_of_removed_ones_go_with_all_their_copies_at_once()
    {
        var worker = Facts.Worker("w", Prefix("kept", StorageTier.Device), Prefix("kept", StorageTier.Disk), Prefix("gone", StorageTier.Host), Prefix("gone", StorageTier.Disk), Facts.Resident("gone", StorageTier.Host));

        Assert.Equal([new ForgottenPrefix(new WorkerId("w"), Facts.Id("gone"), 1, Domain)], In([worker], Facts.Function("kept")));
    }

    [Fact]
    public void A_function_scaled_to_zero_keeps_its_own()
    {
        Assert.Empty(In([Facts.Worker("w", Prefix("a", StorageTier.Disk))], Facts.Function("a", desired: 0)));
    }

    [Fact]
    public void An_older_life_under_the_same_number_is_another_function()
    {
        var worker = Facts.Worker("w", Prefix("a", StorageTier.Disk, adapter: "before"), Prefix("a", StorageTier.Host, domain: "elsewhere"));

        Assert.Equal([Domain, new TrustDomain("elsewhere")], In([worker], Facts.Function("a")).Select(prefix => prefix.TrustDomain));
    }

    [Fact]
    public void A_revision_that_left_the_split_waits_for_its_rollback_and_goes_when_the_grace_is_over()
    {
        var function = Facts.Function("a") with
        {
            Revisions = [Facts.Revision("a"), Facts.Revision("a", number: 2)],
            Traffic = new FunctionTraffic { Targets = [new TrafficTarget { Revision = 2, Percent = 100 }], Retired = [new RetiredRevision(1, Facts.Then)] },
        };
        var worker = Facts.Worker("w", Prefix("a", StorageTier.Disk, revision: 1), Prefix("a", StorageTier.Disk, revision: 2));

        Assert.Empty(ForgottenPrefixes.In([worker], [function], Facts.Then + (Grace / 2), Grace));
        Assert.Equal(1, Assert.Single(ForgottenPrefixes.In([worker], [function], Facts.Then + Grace, Grace)).Revision);
    }

    [Fact]
    public void A_worker_is_told_of_so_many_in_a_turn()
    {
        var worker = Facts.Worker("w", [.. Enumerable.Range(0, ForgottenPrefixes.MostEach + 10).Select(i => Prefix($"f{i}", StorageTier.Disk))]);

        Assert.Equal(ForgottenPrefixes.MostEach, In([worker]).Count);
        Assert.Equal(2, In([Facts.Worker("w1", Prefix("f", StorageTier.Disk)), Facts.Worker("w2", Prefix("f", StorageTier.Disk))]).Count);
    }

    private static TrustDomain Domain => new("openfaas-fn");

    private static IReadOnlyList<ForgottenPrefix> In(IReadOnlyList<WorkerState> workers, params FunctionRecord[] functions) => ForgottenPrefixes.In(workers, functions, Facts.Then, Grace);

    private static ResidentState Prefix(string function, StorageTier tier, string? adapter = null, int revision = 1, string domain = "openfaas-fn") =>
        new(ResidentKind.Prefix, Facts.DigestOf(adapter ?? function), tier, 4_096, new TrustDomain(domain), default) { Function = Facts.Id(function), Revision = revision };
}
