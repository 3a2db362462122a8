using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;

namespace LoraFaaS.Cli.Push;

/// <summary>A PEFT folder on this machine: adapter_config.json and adapter_model.safetensors.</summary>
internal sealed class AdapterFolder
{
    private readonly string _path;

    private AdapterFolder(string path) => _path = path;

    public static bool IsOne(string path) => File.Exists(Path.Combine(path, AdapterConfig.File));

    /// <exception cref="UsageException">A file is missing; the message names it.</exception>
    public static AdapterFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException($"{(File.Exists(path) ? $"{path} is a file and no folder" : $"There is no folder {path}")}; an adapter is one that PEFT saved (adapter_config.json, adapter_model.safetensors).");
        }

        foreach (var name in (string[])[AdapterConfig.File, AdapterArchive.WeightsFile])
        {
            if (!File.Exists(Path.Combine(path, name)))
            {
                throw new UsageException($"{path} is not a PEFT adapter folder: {name} is missing.");
            }
        }

        return new AdapterFolder(path);
    }

    /// <summary>The folder as its canonical tar, the same bytes whoever pushes it, in a temporary file that is deleted when the stream is disposed.</summary>
    public async Task<Stream> ToTarAsync(CancellationToken cancellationToken)
    {
        var temporary = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            });

        try
        {
            if (await AdapterArchive.WriteFolderAsync(_path, temporary, cancellationToken) is Reading<long>.Refused refused)
            {
                throw new UsageException($"{_path} is not a PEFT adapter folder: {refused.Why}.");
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
}
