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
}
