using System.Globalization;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Inference;

/// <summary>The folders that engine benchmarks run on; made once and kept under artifacts/bench, which is not checked in.</summary>
internal sealed class SyntheticModels(NamedShape shape, string root)
{
    private const int Seed = 7;

    public static string DefaultRoot => RepositoryRoot.Of("artifacts", "bench");

    public string Backbone
    {
        get
        {
            var folder = Path.Combine(root, shape.Name);
            if (!File.Exists(Path.Combine(folder, "model.safetensors")))
            {
                ReportWriter.Say($"making {folder}");
                CheckpointSynthesis.WriteBackbone(shape, folder, Seed, (_, _) => { });
            }

            return folder;
        }
    }

    public string Adapter(int number, int rank)
    {
        var folder = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{shape.Name}-adapters"), string.Create(CultureInfo.InvariantCulture, $"a{number}-r{rank}"));
        if (!File.Exists(Path.Combine(folder, "adapter_model.safetensors")))
        {
            CheckpointSynthesis.WriteAdapter(shape, folder, rank, Seed + 1 + number);
        }

        return folder;
    }
}
