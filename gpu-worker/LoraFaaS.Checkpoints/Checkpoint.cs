using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints;

/// <summary>A backbone's folder, opened and checked: every weight that its configuration asks for is there, in the right shape and a readable type.</summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>A configuration is a few kB. The largest public tokenizer.json is under 40 MB.</summary>
    private const long MaxTextBytes = 256L << 20;

    private Checkpoint(string folder, ModelConfig config, TensorStore tensors)
    {
        Folder = folder;
        Config = config;
        Tensors = tensors;
    }

    public string Folder { get; }

    public ModelConfig Config { get; }

    public TensorStore Tensors { get; }

    public static Reading<Checkpoint> Open(string folder) => Reading.Capture(folder, () =>
    {
        if (!Directory.Exists(folder))
        {
            throw new RefusedException(folder, "is not a folder");
        }

        var config = ReadConfig(folder).ValueOrThrow();
        var tensors = OpenTensors(folder);
        try
        {
            if (BackboneTensors.Check(config, tensors) is { } refusal)
            {
                throw new RefusedException(refusal);
            }

            return new Checkpoint(Path.GetFullPath(folder), config, tensors);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    });

    /// <summary>The configuration alone: enough to validate adapters, without opening weights.</summary>
    public static Reading<ModelConfig> ReadConfig(string folder) => Reading.Capture(CheckpointFiles.Config, () =>
    {
        var config = ReadFile(folder, CheckpointFiles.Config)
            ?? throw new RefusedException(CheckpointFiles.Config, "is missing from the checkpoint folder");

        return ModelConfig.Parse(config, ReadFile(folder, CheckpointFiles.GenerationConfig)).ValueOrThrow();
    });

    /// <summary>The file that holds one of <see cref="Tensors"/>.</summary>
    public SafetensorsFile FileOf(TensorInfo tensor) => Tensors switch
    {
        SafetensorsFile file => file,
        ShardedTensors shards => shards.FileOf(tensor),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>One of the folder's text files (<see cref="CheckpointFiles"/>), or null where the checkpoint has none.</summary>
    public Reading<ReadOnlyMemory<byte>?> ReadText(string name) => Reading.Capture(name, () => ReadFile(Folder, name));

    public void Dispose() => Tensors.Dispose();

    private static ReadOnlyMemory<byte>? ReadFile(string folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
        {
            return null;
        }

        return file.Length <= MaxTextBytes
            ? new ReadOnlyMemory<byte>(File.ReadAllBytes(file.FullName))
            : throw new RefusedException(name, $"is {file.Length} bytes long; the limit is {MaxTextBytes}");
    }

    private static TensorStore OpenTensors(string folder)
    {
        // As the reference loader does: a single file is taken before an index.
        if (File.Exists(Path.Combine(folder, CheckpointFiles.Weights)))
        {
            return SafetensorsFile.Open(Path.Combine(folder, CheckpointFiles.Weights)).ValueOrThrow();
        }

        return File.Exists(Path.Combine(folder, ShardedTensors.IndexFile))
            ? ShardedTensors.Open(folder).ValueOrThrow()
            : throw new RefusedException(CheckpointFiles.Weights, $"neither it nor {ShardedTensors.IndexFile} is in the checkpoint folder");
    }
}
