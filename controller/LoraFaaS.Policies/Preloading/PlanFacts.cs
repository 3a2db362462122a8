namespace LoraFaaS.Policies.Preloading;

/// <summary>A request's figures as arrays: bytes, milliseconds, chances. Never changes while a plan is made.</summary>
internal sealed class PlanFacts
{
    private readonly long[] _adapterBytes;
    private readonly long[] _prefixBytes;
    private readonly double[] _saves;

    public PlanFacts(PreloadRequest request)
    {
        Request = request;
        (Workers, Backbones, Sandboxes, Functions) = (request.Workers.Length, request.Backbones.Length, request.Sandboxes.Length, request.Functions.Length);
        Capacity = new long[Workers * PlanBoard.Tiers];
        Blanks = [.. request.Workers.Select(worker => worker.Blanks)];

        for (var worker = 0; worker < Workers; worker++)
        {
            Capacity[(worker * PlanBoard.Tiers) + PlanBoard.Disk] = request.Workers[worker].Disk.Bytes;
            Capacity[(worker * PlanBoard.Tiers) + PlanBoard.Host] = request.Workers[worker].Host.Bytes;
            Capacity[(worker * PlanBoard.Tiers) + PlanBoard.Device] = request.Workers[worker].Device.Bytes;
        }

        BackboneHostBytes = [.. request.Backbones.Select(backbone => backbone.HostBytes.Bytes)];
        BackboneDeviceBytes = [.. request.Backbones.Select(backbone => backbone.DeviceBytes.Bytes)];
        BackboneHostSaves = [.. request.Backbones.Select(backbone => backbone.HostSaves.TotalMilliseconds)];
        BackboneDeviceSaves = [.. request.Backbones.Select(backbone => backbone.DeviceSaves.TotalMilliseconds)];
        SandboxBackbone = [.. request.Sandboxes.Select(sandbox => sandbox.Backbone)];
        SandboxBytes = [.. request.Sandboxes.Select(sandbox => sandbox.DeviceBytes.Bytes)];
        SandboxSaves = [.. request.Sandboxes.Select(sandbox => sandbox.Saves.TotalMilliseconds)];
        SandboxRuns = new bool[Workers * Sandboxes];

        for (var sandbox = 0; sandbox < Sandboxes; sandbox++)
        {
            foreach (var worker in request.Sandboxes[sandbox].Workers)
            {
                SandboxRuns[(worker * Sandboxes) + sandbox] = true;
            }
        }

        FunctionSandbox = new int[Functions];
        Probability = new double[Functions];
        _adapterBytes = new long[Functions];
        _prefixBytes = new long[Functions];
        _saves = new double[Functions * (PlanBoard.TopLevel + 1)];

        for (var function = 0; function < Functions; function++)
        {
            Read(function, request.Functions[function]);
        }

        Price = Prices();
    }

    public PreloadRequest Request { get; }

    public int Workers { get; }

    public int Backbones { get; }

    public int Sandboxes { get; }

    public int Functions { get; }

    public long[] Capacity { get; }

    public int[] Blanks { get; }

    public long[] BackboneHostBytes { get; }

    public long[] BackboneDeviceBytes { get; }

    public double[] BackboneHostSaves { get; }

    public double[] BackboneDeviceSaves { get; }

    public int[] SandboxBackbone { get; }

    public long[] SandboxBytes { get; }

    public double[] SandboxSaves { get; }

    public bool[] SandboxRuns { get; }

    public int[] FunctionSandbox { get; }

    public double[] Probability { get; }

    /// <summary>What a byte of each tier weighs against one of another: the reciprocal of all there is.</summary>
    public double[] Price { get; }

    public static int TierOf(int level) => level switch { 1 => PlanBoard.Disk, 2 => PlanBoard.Host, _ => PlanBoard.Device };

    public long Bytes(int function, int level) => level switch
    {
        0 => 0,
        PlanBoard.TopLevel => _adapterBytes[function] + _prefixBytes[function],
        _ => _adapterBytes[function],
    };

    public double Saves(int function, int level) => _saves[(function * (PlanBoard.TopLevel + 1)) + level];

    /// <summary>The highest level that is one at all: without a prefix there is no level above device.</summary>
    public int Top(int function) => _prefixBytes[function] > 0 ? PlanBoard.TopLevel : PlanBoard.TopLevel - 1;

    /// <summary>Whether its bytes at a level are worth holding at all.</summary>
    public bool IsWorthIts(int function, int level) =>
        Request.Functions[function].Pinned
        || Probability[function] * Saves(function, level) * (1L << 30) >= Request.Limits.MinMsPerGiB * Bytes(function, level);

    private void Read(int function, PreloadFunction facts)
    {
        FunctionSandbox[function] = facts.Sandbox;
        Probability[function] = facts.Probability >= Request.Limits.MinProbability || facts.Pinned ? facts.Probability : 0;
        _adapterBytes[function] = facts.AdapterBytes.Bytes;
        _prefixBytes[function] = facts.PrefixBytes.Bytes;
        var at = function * (PlanBoard.TopLevel + 1);
        _saves[at + 1] = facts.DiskSaves.TotalMilliseconds;
        _saves[at + 2] = facts.HostSaves.TotalMilliseconds;
        _saves[at + 3] = facts.DeviceSaves.TotalMilliseconds;
        _saves[at + 4] = facts.DeviceSaves.TotalMilliseconds + facts.PrefixSaves.TotalMilliseconds;
    }

    private double[] Prices()
    {
        var prices = new double[PlanBoard.Tiers];

        for (var tier = 0; tier < PlanBoard.Tiers; tier++)
        {
            var all = 0.0;

            for (var worker = 0; worker < Workers; worker++)
            {
                all += Capacity[(worker * PlanBoard.Tiers) + tier];
            }

            prices[tier] = 1 / Math.Max(1, all);
        }

        return prices;
    }
}
