using LoraFaaS.Cli.Commands;
using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Cli.Tests.Commands;

public sealed class WorkersCommandTests
{
    [Fact]
    public void A_worker_that_loads_says_what_and_how_far_it_is()
    {
        var worker = new WorkerInfo
        {
            Id = "w", Endpoint = "", Device = "cpu", State = "ready", DeviceBytes = 1_000, DeviceBytesUsed = 0, Sandboxes = 0, Running = 0, Queued = 0, NotEnforced = [], Resident = [],
        };

        Assert.Equal("ready", WorkersCommand.StateOf(worker));
        Assert.Equal(
            "ready\nloading tiny: 44 % of 2 GiB",
            WorkersCommand.StateOf(worker with { Loading = [new BackboneLoading("tiny", "sha256:a", 950_000_000, 2L << 30)] }));
    }

    [Fact]
    public void Prompt_prefixes_are_counted_by_trust_domain_and_tier()
    {
        var worker = new WorkerInfo
        {
            Id = "w", Endpoint = "", Device = "cpu", State = "ready", DeviceBytes = 1_000, DeviceBytesUsed = 0, Sandboxes = 0, Running = 0, Queued = 0, NotEnforced = [],
            Resident = [Prefix("b", "disk", 1), Prefix("a", "host", 2), Prefix("a", "device", 2), Prefix("a", "host", 4), new ResidentArtifact("adapter", "sha256:a", "host", 1)],
        };

        Assert.Equal("a: 1 device (2 MiB), 2 host (6 MiB)\nb: 1 disk (1 MiB)", WorkersCommand.PrefixesOf(worker));
        Assert.Equal("", WorkersCommand.PrefixesOf(worker with { Resident = [] }));
    }

    private static ResidentArtifact Prefix(string domain, string tier, long mebibytes) => new("prefix", "sha256:a", tier, mebibytes << 20) { TrustDomain = domain };
}
