using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Bench.Planning;

/// <summary>Plans of a cluster of the papers' size times a hundred: from nothing, and from what the plan before brought while the forecast moved.</summary>
internal sealed class PlanBench(ReportWriter report, int functions, int workers, int rounds)
{
    private const int Backbones = 8;
    private const double MostMilliseconds = 1_000;

    public void Run()
    {
        var random = new Random(2026);
        var request = Request(random);
        var cold = new List<double>();
        var warm = new List<double>();
        var plan = PreloadPlanner.Plan(request);
        ReportWriter.Say($"{plan.Entries.Length} entries, {plan.Entries.Count(entry => entry is { Kind: ArtifactKind.Adapter, Tier: StorageTier.Device })} adapters on devices, worth {plan.WorthMs / 1000:0} s");

        for (var round = 0; round < rounds; round++)
        {
            cold.Add(Time(() => PreloadPlanner.Plan(request)));
            var moved = Resident(request, plan);
            moved = moved with { Functions = [.. moved.Functions.Select(function => function with { Probability = function.Probability * (0.5 + random.NextDouble()) })] };
            warm.Add(Time(() => PreloadPlanner.Plan(moved)));
        }

        report.Add(BenchRow.Limit($"{functions} functions × {workers} workers × 3 tiers, from nothing", cold.Order().ElementAt(rounds / 2), "ms", MostMilliseconds));
        report.Add(BenchRow.Limit("the same, all resident, every forecast moved by up to a half", warm.Order().ElementAt(rounds / 2), "ms", MostMilliseconds));
    }

    private static double Time(Func<PreloadPlan> action)
    {
        var begun = Stopwatch.GetTimestamp();
        GC.KeepAlive(action());
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    /// <summary>48 GB devices, 7B and 13B backbones, ranks 8 to 64, popularity by Zipf's law, a tenth of the functions with a prefix.</summary>
    private PreloadRequest Request(Random random) => new()
    {
        Workers = [.. Enumerable.Range(0, workers).Select(index => new PreloadWorker
        {
            Id = new WorkerId($"w{index:000}"), Disk = ByteSize.FromMebibytes(200_000), Host = ByteSize.FromMebibytes(90_000), Device = ByteSize.FromMebibytes(44_000), Blanks = 4,
        })],
        Backbones = [.. Enumerable.Range(0, Backbones).Select(index => new PreloadBackbone
        {
            Digest = Named($"backbone{index}"), HostBytes = ByteSize.FromMebibytes(index % 2 == 0 ? 13_500 : 26_000), DeviceBytes = ByteSize.FromMebibytes(index % 2 == 0 ? 13_500 : 26_000),
            HostSaves = TimeSpan.FromMilliseconds(1_500), DeviceSaves = TimeSpan.FromMilliseconds(2_000),
        })],
        Sandboxes = [.. Enumerable.Range(0, 200).Select(index => new PreloadSandbox
        {
            Domain = new TrustDomain($"ns{index}"), Backbone = index % Backbones, DeviceBytes = ByteSize.FromMebibytes(473), Saves = TimeSpan.FromMilliseconds(1_000),
        })],
        Functions = [.. Enumerable.Range(0, functions).Select(index => new PreloadFunction
        {
            Id = FunctionId.TryParse($"f{index}", out var id) ? id : throw new UnreachableException(), Adapter = Named($"adapter{index}"), Sandbox = random.Next(200),
            Probability = 1 - Math.Exp(-300 / Math.Pow(index + 1, 1.1)), AdapterBytes = ByteSize.FromMebibytes(80 << random.Next(4)),
            PrefixBytes = index % 10 == 0 ? ByteSize.FromMebibytes(64) : default,
            DiskSaves = TimeSpan.FromMilliseconds(210), HostSaves = TimeSpan.FromMilliseconds(245), DeviceSaves = TimeSpan.FromMilliseconds(250), PrefixSaves = TimeSpan.FromMilliseconds(30),
        })],
    };

    private static PreloadRequest Resident(PreloadRequest request, PreloadPlan plan)
    {
        var at = request.Workers.Select((worker, index) => (worker.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var adapters = plan.Entries.Where(entry => entry.Kind is ArtifactKind.Adapter).ToDictionary(entry => entry.Function!.Value, entry => new Residence(at[entry.Worker], entry.Tier));
        var sandboxes = plan.Entries.Where(entry => entry.Kind is ArtifactKind.Sandbox).ToLookup(entry => entry.Domain!.Value, entry => at[entry.Worker]);
        var backbones = plan.Entries.Where(entry => entry.Kind is ArtifactKind.Backbone).ToLookup(entry => entry.Digest!.Value, entry => new Residence(at[entry.Worker], entry.Tier));

        return request with
        {
            Backbones = [.. request.Backbones.Select(backbone => backbone with { Residences = [.. backbones[backbone.Digest]] })],
            Sandboxes = [.. request.Sandboxes.Select(sandbox => sandbox with { Workers = [.. sandboxes[sandbox.Domain]] })],
            Functions = [.. request.Functions.Select(function => adapters.TryGetValue(function.Id, out var residence) ? function with { Residences = ImmutableArray.Create(residence) } : function)],
        };
    }

    private static Digest Named(string text) => Digest.OfBytes(Encoding.UTF8.GetBytes(text));
}
