using LoraFaaS.Checkpoints.Outcomes;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>
/// An adapter as one artifact: a tar of exactly <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, in this order,
/// with every other header field fixed. The same two files always give the same bytes, and so the same digest.
/// </summary>
public static class AdapterArchive
{
    public const string WeightsFile = "adapter_model.safetensors";

    internal const string Name = "adapter archive";

    /// <summary>A configuration is under 2 kB; patterns for every module of a large backbone stay under 100 kB.</summary>
    internal const int MaxConfigBytes = 1 << 20;

    private const int CopyBytes = 1 << 17;

    /// <summary>The size of the canonical tar of these two files.</summary>
    public static long Length(long configBytes, long weightsBytes) =>
        (4 * UstarHeader.Bytes) + UstarHeader.Padded(configBytes) + UstarHeader.Padded(weightsBytes);

    /// <summary>Writes the canonical tar.</summary>
    /// <param name="weights">Read from its position, exactly <paramref name="weightsBytes"/> bytes.</param>
    public static async Task WriteAsync(
        ReadOnlyMemory<byte> config, Stream weights, long weightsBytes, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(destination);

        await destination.WriteAsync(UstarHeader.Canonical(AdapterConfig.File, config.Length), cancellationToken);
        await destination.WriteAsync(config, cancellationToken);
        await PadAsync(destination, config.Length, cancellationToken);

        await destination.WriteAsync(UstarHeader.Canonical(WeightsFile, weightsBytes), cancellationToken);
        await CopyAsync(weights, weightsBytes, destination, cancellationToken);
        await PadAsync(destination, weightsBytes, cancellationToken);

        await destination.WriteAsync(new byte[2 * UstarHeader.Bytes], cancellationToken);
    }

    /// <summary>Writes the canonical tar of a PEFT folder.</summary>
    public static async Task<Reading<long>> WriteFolderAsync(string folder, Stream destination, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])[AdapterConfig.File, WeightsFile])
        {
            if (!File.Exists(Path.Combine(folder, name)))
            {
                return Reading.Refuse<long>(name, $"is missing from {folder}");
            }
        }

        var config = await File.ReadAllBytesAsync(Path.Combine(folder, AdapterConfig.File), cancellationToken);
        await using var weights = File.OpenRead(Path.Combine(folder, WeightsFile));
        await WriteAsync(config, weights, weights.Length, destination, cancellationToken);
        return Reading.Accept(Length(config.Length, weights.Length));
    }

    /// <summary>
    /// Takes the two files out of anybody's tar, read once from start to end: the configuration into memory, the weights into
    /// <paramref name="weights"/>. The entries may lie in one folder; anything else in the archive is skipped, except what has
    /// no place in an adapter (links, devices, paths that climb), which refuses the whole.
    /// </summary>
    public static Task<Reading<AdapterArchiveFiles>> ExtractAsync(
        Stream tar, Stream weights, long maxWeightsBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tar);
        ArgumentNullException.ThrowIfNull(weights);
        return new AdapterArchiveReader(tar, weights, maxWeightsBytes).ReadAsync(cancellationToken);
    }

    /// <summary>Where the two files lie in a canonical tar. Anything that <see cref="WriteAsync"/> would not have written is refused.</summary>
    public static Reading<AdapterArchiveLayout> Locate(SafeFileHandle tar) => Reading.Capture(Name, () =>
    {
        var config = CanonicalEntry(tar, 0, AdapterConfig.File);
        var weightsHeader = UstarHeader.Bytes + UstarHeader.Padded(config);
        var weights = CanonicalEntry(tar, weightsHeader, WeightsFile);

        return config <= MaxConfigBytes && RandomAccess.GetLength(tar) == Length(config, weights)
            ? new AdapterArchiveLayout(UstarHeader.Bytes, (int)config, weightsHeader + UstarHeader.Bytes, weights)
            : throw new RefusedException(Name, "is not as long as its headers say");
    });

    private static long CanonicalEntry(SafeFileHandle tar, long offset, string name)
    {
        var block = new byte[UstarHeader.Bytes];
        if (RandomAccess.Read(tar, block, offset) != block.Length || UstarHeader.Parse(block) is not { } header)
        {
            throw new RefusedException(Name, $"is cut short before {name}");
        }

        return block.AsSpan().SequenceEqual(UstarHeader.Canonical(name, header.Size))
            ? header.Size
            : throw new RefusedException(Name, $"is not canonical at {name}");
    }

    private static async Task CopyAsync(Stream source, long bytes, Stream destination, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(CopyBytes, bytes)];
        for (var left = bytes; left > 0;)
        {
            var chunk = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await source.ReadExactlyAsync(chunk, cancellationToken);
            await destination.WriteAsync(chunk, cancellationToken);
            left -= chunk.Length;
        }
    }

    private static async Task PadAsync(Stream destination, long size, CancellationToken cancellationToken)
    {
        var padding = (int)(UstarHeader.Padded(size) - size);
        if (padding > 0)
        {
            await destination.WriteAsync(new byte[padding], cancellationToken);
        }
    }
}
