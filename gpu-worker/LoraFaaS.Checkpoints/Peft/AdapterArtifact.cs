using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>An adapter opened where it lies, as a canonical tar or as a PEFT folder: its configuration, and its tensors read in place.</summary>
public sealed class AdapterArtifact : IDisposable
{
    private AdapterArtifact(AdapterConfig config, SafetensorsFile tensors)
    {
        Config = config;
        Tensors = tensors;
    }

    public AdapterConfig Config { get; }

    public SafetensorsFile Tensors { get; }

    public static Reading<AdapterArtifact> OpenArchive(string path) => Reading.Capture(AdapterArchive.Name, () =>
    {
        using var tar = File.OpenHandle(path);
        var layout = AdapterArchive.Locate(tar).ValueOrThrow();

        var json = new byte[layout.ConfigBytes];
        if (RandomAccess.Read(tar, json, layout.ConfigOffset) != json.Length)
        {
            throw new RefusedException(AdapterArchive.Name, "is cut short");
        }

        var config = AdapterConfig.Parse(json).ValueOrThrow();
        return new AdapterArtifact(config, SafetensorsFile.Open(path, layout.WeightsOffset, layout.WeightsBytes).ValueOrThrow());
    });

    public static Reading<AdapterArtifact> OpenFolder(string folder) => Reading.Capture(AdapterConfig.File, () =>
    {
        var config = new FileInfo(Path.Combine(folder, AdapterConfig.File));
        if (config is { Exists: true, Length: > AdapterArchive.MaxConfigBytes })
        {
            throw new RefusedException(AdapterConfig.File, $"is {config.Length} bytes long; the limit is {AdapterArchive.MaxConfigBytes}");
        }

        var parsed = AdapterConfig.Parse(File.ReadAllBytes(config.FullName)).ValueOrThrow();
        return new AdapterArtifact(parsed, SafetensorsFile.Open(Path.Combine(folder, AdapterArchive.WeightsFile)).ValueOrThrow());
    });

    public void Dispose() => Tensors.Dispose();
}
