using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>The demo backbone and its adapters, packed once and sealed, as a worker would hold them; and what they are known to answer.</summary>
public sealed class DemoWorld : IDisposable
{
    public const string BackboneDigest = "sha256:demo-backbone";

    private static readonly string[] TextFileNames = [CheckpointFiles.Tokenizer, CheckpointFiles.TokenizerConfig, CheckpointFiles.GenerationConfig];

    private readonly Dictionary<string, SealedMemory> _adapters = [];

    public DemoWorld()
    {
        using var checkpoint = Checkpoint.Open(BackboneFolder).ValueOrThrow();
        Backbone = Seal("backbone", BackbonePacker.Measure(checkpoint), memory => Pack(checkpoint, memory, PackPrecision.Exact));
        BackboneInt8 = Seal("backbone-int8", BackbonePacker.Measure(checkpoint, PackPrecision.I8), memory => Pack(checkpoint, memory, PackPrecision.I8));

        foreach (var name in AdapterNames)
        {
            _adapters.Add(name, PackAdapter(checkpoint, name, AdapterFile(name, AdapterArchive.WeightsFile)));
        }

        using var prompts = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Of("tests", "data", "golden", "prompts.json")));
        using var greedy = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Of("tests", "data", "golden", "greedy.json")));
        Prompts = prompts.RootElement.EnumerateArray().ToDictionary(prompt => prompt.GetProperty("name").GetString()!, prompt => Ids(prompt.GetProperty("ids")));
        Goldens = [.. greedy.RootElement.GetProperty("results").EnumerateObject().SelectMany(GoldensOf)];
    }

    public static IReadOnlyList<string> AdapterNames { get; } = ["en-fr", "normalise", "product-title", "sentiment", "sql", "ticket-router"];

    public SealedMemory Backbone { get; }

    public SealedMemory BackboneInt8 { get; }

    public IReadOnlyDictionary<string, int[]> Prompts { get; }

    public IReadOnlyList<GreedyGolden> Goldens { get; }

    public long AdapterBytes => _adapters.Values.Sum(adapter => adapter.Length);

    private static string BackboneFolder => RepositoryRoot.Of("deploy", "demo", "backbone");

    public SealedMemory Adapter(string name) => _adapters[name];

    public static string DigestOf(string adapter) => $"sha256:{adapter}";

    public static IReadOnlyDictionary<string, ByteString> TextFiles() =>
        TextFileNames.ToDictionary(name => name, name => ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(BackboneFolder, name))));

    public void Dispose()
    {
        Backbone.Dispose();
        BackboneInt8.Dispose();

        foreach (var adapter in _adapters.Values)
        {
            adapter.Dispose();
        }
    }

    /// <summary>The adapter with every weight NaN: what a worker's validation would refuse, had it not been damaged after.</summary>
    public SealedMemory PackBroken(string name)
    {
        using var folder = new TempFolder();
        var weights = File.ReadAllBytes(AdapterFile(name, AdapterArchive.WeightsFile));
        weights.AsSpan(8 + (int)BitConverter.ToInt64(weights)).Fill(0xFF);
        File.WriteAllBytes(folder.File("weights"), weights);
        using var checkpoint = Checkpoint.Open(BackboneFolder).ValueOrThrow();
        return PackAdapter(checkpoint, name, folder.File("weights"));
    }

    private static string AdapterFile(string name, string file) => RepositoryRoot.Of("deploy", "demo", "adapters", name, file);

    private static SealedMemory PackAdapter(Checkpoint checkpoint, string name, string weightsPath)
    {
        var config = AdapterConfig.Parse(File.ReadAllBytes(AdapterFile(name, "adapter_config.json"))).ValueOrThrow();
        using var tensors = SafetensorsFile.Open(weightsPath).ValueOrThrow();
        var valid = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.ValidateShapes(config, tensors, checkpoint.Config));

        return Seal(name, AdapterPacker.Measure(valid.Weights, checkpoint.Config), memory =>
            AdapterPacker.Pack(valid.Weights, tensors, checkpoint.Config, memory.Span(0, (int)memory.Length), CancellationToken.None));
    }

    private static unsafe void Pack(Checkpoint checkpoint, MappedMemory memory, PackPrecision precision) =>
        BackbonePacker.Pack(checkpoint, (nint)memory.Address, memory.Length, precision, null, CancellationToken.None);

    private static SealedMemory Seal(string name, long length, Action<MappedMemory> fill)
    {
        using var memory = UnsealedMemory.Create(name, length);
        fill(memory.Memory);
        return memory.Seal();
    }

    private static IEnumerable<GreedyGolden> GoldensOf(JsonProperty adapter) =>
        adapter.Value.EnumerateArray().Select(result => new GreedyGolden(
            adapter.Name == "base" ? "" : adapter.Name,
            result.GetProperty("prompt").GetString()!,
            Ids(result.GetProperty("ids")),
            result.GetProperty("text").GetString()!,
            result.GetProperty("stopped").GetBoolean(),
            result.GetProperty("min_margin").GetDouble()));

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
}
