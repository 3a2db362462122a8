using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Tests;

public sealed class ClusterCheckTests
{
    [Fact]
    public void Every_preset_can_be_simulated() => Assert.All(ClusterPresets.All, preset => Assert.Null(ClusterCheck.Problem(preset)));

    [Fact]
    public void A_figure_that_no_cluster_can_have_is_named()
    {
        var spec = ClusterPresets.Llama7BOnA100;
        ClusterSpec With(BackboneSpec backbone) => ClusterPresets.A100 with { Backbones = [backbone] };

        Assert.Contains("stepMs of llama2-7b is 0", ClusterCheck.Problem(With(spec with { StepMs = 0 })), StringComparison.Ordinal);
        Assert.Contains("prefillMs", ClusterCheck.Problem(With(spec with { PrefillMs = -3 })), StringComparison.Ordinal);
        Assert.Contains("loadMs", ClusterCheck.Problem(With(spec with { LoadMs = -3 })), StringComparison.Ordinal);
        Assert.Contains("devices of a100 is 0", ClusterCheck.Problem(ClusterPresets.A100 with { Devices = 0 }), StringComparison.Ordinal);
        Assert.Contains("diskGigabytesPerSecond", ClusterCheck.Problem(ClusterPresets.A100 with { DiskGigabytesPerSecond = 0 }), StringComparison.Ordinal);
        Assert.Contains("idleDeviceGigabyte of price", ClusterCheck.Problem(ClusterPresets.A100 with { Price = new PriceSpec { IdleDeviceGigabyte = -1 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_fits_on_no_device_is_named_with_what_it_needs()
    {
        var trace = TraceGenerator.Gamma([new("small", 0, 50), new("large", 0, 30_000)], 1, 10, 1, 0, TokenLengths.Brief, 1);

        Assert.Equal(
            "large fits on no device of a100: llama2-7b has 13.5 GB, a process 0.47, its adapter 29.3, a device 40.", ClusterCheck.Problem(ClusterPresets.A100, trace));
        Assert.Null(ClusterCheck.Problem(ClusterPresets.A100 with { DeviceGigabytes = 44 }, trace));
    }
}
