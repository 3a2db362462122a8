using System.IO.Compression;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>Takes an adapter's two files out of anybody's tar, plain or gzipped, into a folder. Names in it are compared and never used as paths.</summary>
internal static class AdapterTarball
{
    private const int MagicBytes = 4;

    /// <param name="archive">Said in refusals: what the user named.</param>
    /// <param name="file">The archive.</param>
    /// <param name="folder">Empty; gets both files.</param>
    /// <param name="maxBytes">The most that the weights may have: a gzipped archive can hold a thousand times its size.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UsageException">It is no tar, or holds no adapter; the message says what is missing.</exception>
    public static async Task UnpackAsync(string archive, string file, string folder, long maxBytes, CancellationToken cancellationToken)
    {
        if (file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"{archive} is the weights alone: name its folder, which has adapter_config.json too.");
        }

        await using var content = File.OpenRead(file);
        var magic = new byte[MagicBytes];
        var read = await content.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        content.Position = 0;

        await using var tar = magic.AsSpan(0, read) switch
        {
            [0x1F, 0x8B, ..] => new GZipStream(content, CompressionMode.Decompress),
            [(byte)'P', (byte)'K', ..] => throw new UsageException($"{archive} is a zip; an adapter is taken from a folder, a .tar or a .tar.gz. Unzip it and name the folder."),
            [0x28, 0xB5, 0x2F, 0xFD] or [0xFD, (byte)'7', (byte)'z', ..] or [(byte)'B', (byte)'Z', ..] =>
                throw new UsageException($"{archive} is compressed in a way that is not read here; an adapter is taken from a folder, a .tar or a .tar.gz."),
            _ => (Stream)content,
        };

        try
        {
            await using var weights = File.Create(Path.Combine(folder, AdapterArchive.WeightsFile));

            switch (await AdapterArchive.ExtractAsync(tar, weights, maxBytes, cancellationToken))
            {
                case Reading<AdapterArchiveFiles>.Accepted { Value: var files }:
                    await File.WriteAllBytesAsync(Path.Combine(folder, AdapterConfig.File), files.Config, cancellationToken);
                    break;
                case Reading<AdapterArchiveFiles>.Refused { Why: var why }:
                    throw new UsageException($"{archive}: {why}.");
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch (InvalidDataException broken)
        {
            throw new UsageException($"{archive} is damaged: {broken.Message}");
        }
    }
}
