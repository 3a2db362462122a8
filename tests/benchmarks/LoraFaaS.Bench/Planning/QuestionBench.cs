using System.Diagnostics;
using System.Text;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Bench.Planning;

/// <summary>
/// A turn of the controller without its stores: catalogue, inventories and forecasts to the planner's question, and the plan. Every tenth function is split over two
/// revisions with an adapter each, every fifth has a system prompt, each worker holds what a busy one holds.
/// </summary>
internal sealed class QuestionBench(ReportWriter report, int functions, int workers, int rounds)
{
    private const double MostMilliseconds = 1_000;
    private const int Held = 400;
    private const int Namespaces = 200;

    private static readonly Digest Backbone = Named("backbone");

    public void Run()
    {
        var random = new Random(2026);
        var records = Enumerable.Range(0, functions).Select(Record).ToArray();
        var states = Enumerable.Range(0, workers).Select(worker => State(worker, records, random)).ToArray();
        var forecasts = records.Select((record, index) => (record.Id, Forecast: Forecast(record.Id, 1 - Math.Exp(-300 / Math.Pow(index + 1, 1.1))))).ToDictionary(pair => pair.Id, pair => pair.Forecast);
        var (asked, planned) = (new List<double>(), new List<double>());
        var options = new PlanningOptions();

        for (var round = 0; round <= rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var request = PlanQuestion.Ask(states, records, [Record()], forecasts, options);
            var question = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            var plan = PreloadPlanner.Plan(request);
            var both = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;

            // The first compiles.
            if (round > 0)
            {
                asked.Add(question);
                planned.Add(both);
                continue;
            }

            ReportWriter.Say($"{request.Functions.Length} revisions of {functions} functions, {request.Functions.Count(item => item.PrefixBytes > ByteSize.Zero)} with a prefix, {plan.Entries.Length} lines");
        }

        report.Add(BenchRow.Limit($"{functions} functions × {workers} workers: from catalogue and inventories to the question", asked.Order().ElementAt(rounds / 2), "ms", MostMilliseconds));
        report.Add(BenchRow.Limit("the same, question and plan", planned.Order().ElementAt(rounds / 2), "ms", MostMilliseconds));
    }

    private static FunctionRecord Record(int index)
    {
        var id = FunctionId.TryParse($"f{index}.ns{index % Namespaces}", out var parsed) ? parsed : throw new UnreachableException();
        var isSplit = index % 10 == 0;
        var revisions = Enumerable.Range(1, isSplit ? 2 : 1).Select(number => new FunctionRevision
        {
            Function = id, Number = number, Backbone = new BackboneName("backbone"), BackboneDigest = Backbone, AdapterDigest = Named($"adapter {index} {number}"), AdapterBytes = 256 << (10 + (index % 4)),
            SystemPrompt = index % 5 == 0 ? "You answer in one word, in lower case, and never explain yourself." : null,
        }).ToArray();

        return new FunctionRecord
        {
            Id = id, Generation = 1, Deployment = new FunctionDeployment { Service = id.Name.Value, Image = "lora://backbone/adapter" }, Revisions = revisions, DesiredReplicas = 1,
            CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch,
            Traffic = isSplit ? new FunctionTraffic { Targets = [new TrafficTarget { Revision = 1, Percent = 90 }, new TrafficTarget { Revision = 2, Percent = 10 }], Retired = [] } : null,
        };
    }

    private static WorkerState State(int worker, FunctionRecord[] records, Random random)
    {
        var resident = new List<ResidentState> { new(ResidentKind.Backbone, Backbone, StorageTier.Host, 1L << 30, null, default) };

        for (var index = 0; index < 4; index++)
        {
            resident.Add(new ResidentState(ResidentKind.Sandbox, Backbone, StorageTier.Host, 0, null, default));
        }

        for (var index = 0; index < Held; index++)
        {
            var revision = records[random.Next(records.Length)].Current;
            resident.Add(new ResidentState(ResidentKind.Backbone, Backbone, StorageTier.Device, 0, revision.TrustDomain, default));
            resident.Add(new ResidentState(ResidentKind.Adapter, revision.AdapterDigest!.Value, StorageTier.Disk, revision.AdapterBytes, null, default));
            resident.Add(new ResidentState(ResidentKind.Adapter, revision.AdapterDigest.Value, StorageTier.Device, revision.AdapterBytes, revision.TrustDomain, default));
        }

        return new WorkerState
        {
            Id = new WorkerId($"w{worker:000}"), Url = "http://w", Device = "cpu", DeviceBytes = 1L << 30, DeviceBytesUsed = 0, HostBytes = 8L << 30, Running = 0, Queued = 0, Sandboxes = Held,
            Draining = false, ControllerId = "c", NotEnforced = [], Resident = resident,
        };
    }

    private static FunctionForecast Forecast(FunctionId function, double chance)
    {
        var horizon = new HorizonForecast((float)chance, (float)chance, CountQuantiles.Zero);
        return new FunctionForecast { Function = function, MadeAt = DateTimeOffset.UnixEpoch, Predictor = PredictorKind.PoissonRate, Calls = new CallForecast(horizon, horizon, horizon, horizon) };
    }

    private static BackboneRecord Record() => new()
    {
        Name = new BackboneName("backbone"), Digest = Backbone, Path = "/backbone", Architecture = "LlamaForCausalLM", Parameters = 125_000_000, ContextLength = 2_048, VocabularySize = 32_000,
        ConfigJson = """{ "num_hidden_layers": 12, "num_attention_heads": 12, "num_key_value_heads": 4, "hidden_size": 768 }""", CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static Digest Named(string text) => Digest.OfBytes(Encoding.UTF8.GetBytes(text));
}
