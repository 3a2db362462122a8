namespace LoraFaaS.Simulator.Cluster;

/// <summary>
/// The papers' clusters and this machine. Stage times are those of ServerlessLoRA's time line (papers A4); Llama2-7B's fill size of 73 at 2.5 s gives its
/// cost per further call, the ablation's 2 400 ms after the first token its step. A100 figures follow S-LoRA's published 7.6 to 8 req/s.
/// </summary>
public static class ClusterPresets
{
    public static readonly BackboneSpec Llama7BOnL40S = new()
    {
        Name = "llama2-7b", Gigabytes = 13.5, PrefillMs = 200, PrefillPerCallMs = 32, StepMs = 20, StepPerCallMs = 0.25, KvMegabytesPerToken = 0.5,
        LoadMs = 4_810, FastLoadMs = 2_000, SloMs = 2_500,
    };

    public static readonly BackboneSpec Llama13BOnL40S = new()
    {
        Name = "llama2-13b", Gigabytes = 26, PrefillMs = 350, PrefillPerCallMs = 58, StepMs = 38, StepPerCallMs = 0.4, KvMegabytesPerToken = 0.78,
        LoadMs = 9_260, FastLoadMs = 3_850, SloMs = 4_000,
    };

    public static readonly BackboneSpec Llama7BOnA100 = new()
    {
        Name = "llama2-7b", Gigabytes = 13.5, PrefillMs = 30, PrefillPerCallMs = 12, StepMs = 12, StepPerCallMs = 0.2, KvMegabytesPerToken = 0.5,
        LoadMs = 4_810, FastLoadMs = 2_000, SloMs = 1_000,
    };

    public static readonly BackboneSpec Llama13BOnA100 = new()
    {
        Name = "llama2-13b", Gigabytes = 26, PrefillMs = 55, PrefillPerCallMs = 22, StepMs = 22, StepPerCallMs = 0.35, KvMegabytesPerToken = 0.78,
        LoadMs = 9_260, FastLoadMs = 3_850, SloMs = 1_600,
    };

    /// <summary>ServerlessLoRA's main cluster: 16 L40S.</summary>
    public static readonly ClusterSpec L40S = new() { Name = "l40s", Devices = 16, DeviceGigabytes = 48, Backbones = [Llama7BOnL40S, Llama13BOnL40S] };

    /// <summary>P-LoRA's main setting: one A100 of 40 GB; a rank-64 adapter is copied to it in 28 to 45 ms.</summary>
    public static readonly ClusterSpec A100 = new() { Name = "a100", Devices = 1, DeviceGigabytes = 40, Backbones = [Llama7BOnA100], DeviceGigabytesPerSecond = 2.5 };

    /// <summary>The demo's backbone on the machine of tests/benchmarks/README.md (<c>bench coldstart</c>): warm 16 ms, adapter on disk 63 ms, first call 2 533 ms.</summary>
    public static readonly ClusterSpec ThisMachine = new()
    {
        Name = "this-machine", Devices = 1, DeviceGigabytes = 1,
        Backbones = [new() { Name = "lory-5m", Gigabytes = 0.02, PrefillMs = 16, PrefillPerCallMs = 4, StepMs = 1.6, StepPerCallMs = 0.4, KvMegabytesPerToken = 0.002, LoadMs = 350, FastLoadMs = 350, SloMs = 500 }],
        WarmMs = 400, LibrariesMs = 1_750, AttachMs = 45, KernelsMs = 0, BlankMs = 30, ContextGigabytes = 0.1, ProcessHostGigabytes = 0.1, DeviceGigabytesPerSecond = 2, DiskGigabytesPerSecond = 1.5,
    };

    public static IReadOnlyList<ClusterSpec> All { get; } = [L40S, A100, ThisMachine];
}
