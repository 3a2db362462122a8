using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;

namespace LoraFaaS.Cli.Push;

/// <summary>A PEFT folder on this machine: adapter_config.json and adapter_model.safetensors.</summary>
internal sealed class AdapterFolder
{
    private const string Pickled = "adapter_model.bin";

    private AdapterFolder(string path) => Path = path;

    public string Path { get; }

    public static bool IsOne(string path) => File.Exists(System.IO.Path.Combine(path, AdapterConfig.File));

    /// <exception cref="UsageException">A file is missing; the message names it.</exception>
    public static AdapterFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException($"{(File.Exists(path) ? $"{path} is a file and no folder" : $"There is no folder {path}")}; an adapter is one that PEFT saved (adapter_config.json, adapter_model.safetensors).");
        }

        foreach (var name in (string[])[AdapterConfig.File, AdapterArchive.WeightsFile])
        {
            if (!File.Exists(System.IO.Path.Combine(path, name)))
            {
                throw new UsageException($"{path} is not a PEFT adapter folder: {name} is missing.{Instead(path, name)}");
            }
        }

        return new AdapterFolder(path);
    }

    /// <summary>The folder as its canonical tar, the same bytes whoever pushes it, in a temporary file that is deleted when the stream is disposed.</summary>
    public async Task<Stream> ToTarAsync(CancellationToken cancellationToken)
    {
        var temporary = new FileStream(
            System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            });

        try
        {
            if (await AdapterArchive.WriteFolderAsync(Path, temporary, cancellationToken) is Reading<long>.Refused refused)
            {
                throw new UsageException($"{Path} is not a PEFT adapter folder: {refused.Why}.");
            }

            temporary.Position = 0;
            return temporary;
        }
        catch
        {
            await temporary.DisposeAsync();
            throw;
        }
    }

    /// <summary>What lies there in its place, where that is what people trip over.</summary>
    private static string Instead(string path, string missing) =>
        missing == AdapterArchive.WeightsFile && File.Exists(System.IO.Path.Combine(path, Pickled)) ? $" {Pickled} can hold code and is not read: save it again as safetensors."
        : missing == AdapterConfig.File && File.Exists(System.IO.Path.Combine(path, "config.json")) ? " It holds a whole model: `lorafaas backbone add NAME FOLDER` registers one."
        : "";
}
