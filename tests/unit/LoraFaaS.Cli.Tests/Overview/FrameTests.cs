using LoraFaaS.Cli.Overview;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Tests.Overview;

public sealed class FrameTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rate_is_the_difference_of_two_glances()
    {
        var frame = Frame.Of(At(0, ("a", 10), ("b", 5)), At(2, ("a", 10), ("b", 11)));

        Assert.Equal(["b.ns", "a.ns"], frame.Functions.Select(one => one.Name));
        Assert.Equal(3, frame.Functions[0].PerSecond);
        Assert.Equal(0, frame.Functions[1].PerSecond);
    }

    [Fact]
    public void The_first_glance_has_no_rates() => Assert.Null(Frame.Of(null, At(0, ("a", 10))).Functions[0].PerSecond);

    [Fact]
    public void A_counter_that_went_back_counts_from_nothing() =>
        Assert.Equal(2, Frame.Of(At(0, ("a", 100)), At(2, ("a", 4))).Functions[0].PerSecond);

    [Fact]
    public void A_shared_backbone_is_counted_once_and_the_rest_is_keys_and_values()
    {
        var worker = new WorkerInfo
        {
            Id = "w", Endpoint = "", Device = "cpu", State = "ready", DeviceBytes = 1_000, DeviceBytesUsed = 700, Sandboxes = 2, Running = 0, Queued = 0, NotEnforced = [],
            Resident =
            [
                new ResidentArtifact("backbone", "sha256:a", "device", 400) { TrustDomain = "one" },
                new ResidentArtifact("backbone", "sha256:a", "device", 400) { TrustDomain = "two" },
                new ResidentArtifact("adapter", "sha256:b", "device", 100),
                new ResidentArtifact("adapter", "sha256:c", "disk", 900),
            ],
        };

        var load = Frame.Of(null, new Glance { At = Noon, Workers = [worker], Functions = [] }).Workers[0];

        Assert.Equal((400, 100, 200, 300), (load.Backbones, load.Adapters, load.KeyValue, load.Free));
    }

    private static Glance At(int seconds, params (string Name, double Calls)[] functions) => new()
    {
        At = Noon.AddSeconds(seconds),
        Workers = [],
        Functions = [.. functions.Select(one => new FunctionStatus
        {
            Name = one.Name, Image = "", Namespace = "ns", InvocationCount = one.Calls, Labels = new Dictionary<string, string>(), Annotations = new Dictionary<string, string>(),
        })],
    };
}
