using System.Formats.Tar;

namespace LoraFaaS.Cli.Push;

/// <summary>A PEFT folder on this machine: adapter_config.json and adapter_model.safetensors.</summary>
internal sealed class AdapterFolder
{
    private const string Config = "adapter_config.json";
    private const string Weights = "adapter_model.safetensors";

    private readonly string _path;

    private AdapterFolder(string path) => _path = path;

    public static bool IsOne(string path) => File.Exists(Path.Combine(path, Config));

    /// <exception cref="UsageException">A file is missing; the message names it.</exception>
    public static AdapterFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException($"There is no folder {path}.");
        }

        foreach (var name in new[] { Config, Weights })
        {
            if (!File.Exists(Path.Combine(path, name)))
            {
                throw new UsageException($"{path} is not a PEFT adapter folder: {name} is missing.");
            }
        }

        return new AdapterFolder(path);
    }

    /// <summary>The folder as a tar in a temporary file that is deleted when the stream is disposed.</summary>
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
            var writer = new TarWriter(temporary, TarEntryFormat.Ustar, leaveOpen: true);

            await using (writer)
            {
                foreach (var name in new[] { Config, Weights })
                {
                    await writer.WriteEntryAsync(Path.Combine(_path, name), name, cancellationToken);
                }
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
