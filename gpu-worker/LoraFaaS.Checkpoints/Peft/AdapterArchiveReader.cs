using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>One pass over a tar from outside. Nothing is written but the weights stream, so names are only compared, never used as paths; memory stays under the configuration's limit.</summary>
internal sealed class AdapterArchiveReader(Stream tar, Stream weights, long maxWeightsBytes)
{
    /// <summary>A folder of a training run holds tens of files; a thousand entries is somebody's attempt.</summary>
    private const int MaxEntries = 1_000;

    private const int MaxExtendedHeaderBytes = 1 << 16;

    private readonly byte[] _block = new byte[UstarHeader.Bytes];
    private readonly byte[] _buffer = new byte[1 << 16];
    private byte[]? _config;
    private long? _weightsBytes;
    private string? _folder;
    private string? _nextName;
    private long? _nextSize;

    public async Task<Reading<AdapterArchiveFiles>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var entries = 0; await ReadHeaderAsync(cancellationToken) is { } header; entries++)
            {
                if (entries == MaxEntries)
                {
                    throw Refused($"has more than {MaxEntries} entries");
                }

                await ReadEntryAsync(header, cancellationToken);
            }

            return (_config, _weightsBytes) switch
            {
                (null, _) => Reading.Refuse<AdapterArchiveFiles>(AdapterConfig.File, "is missing from the archive"),
                (_, null) => Reading.Refuse<AdapterArchiveFiles>(AdapterArchive.WeightsFile, "is missing from the archive"),
                var (config, bytes) => Reading.Accept(new AdapterArchiveFiles(config, bytes.Value)),
            };
        }
        catch (RefusedException refused)
        {
            return new Reading<AdapterArchiveFiles>.Refused(refused.Why);
        }
    }

    private async Task<UstarHeader?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var read = await tar.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancellationToken);

        // Some writers leave out the closing zero blocks; an end between entries is an end.
        if (read == 0)
        {
            return null;
        }

        if (read >= 2 && _block.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            throw Refused("is compressed; send the tar itself");
        }

        return read == _block.Length ? UstarHeader.Parse(_block) : throw Refused("is cut short");
    }

    private async Task ReadEntryAsync(UstarHeader header, CancellationToken cancellationToken)
    {
        switch (header.Kind)
        {
            case 'x':
                ReadExtendedHeader(await ReadSmallAsync(header.Size, MaxExtendedHeaderBytes, "extended header", cancellationToken));
                return;

            case 'g':
                await ReadSmallAsync(header.Size, MaxExtendedHeaderBytes, "extended header", cancellationToken);
                return;

            case 'L':
                var name = await ReadSmallAsync(header.Size, MaxExtendedHeaderBytes, "long name", cancellationToken);
                _nextName = Encoding.UTF8.GetString(name).TrimEnd('\0');
                return;
        }

        var entry = header with { Name = _nextName ?? header.Name, Size = _nextSize ?? header.Size };
        (_nextName, _nextSize) = (null, null);
        RequirePlainPath(entry.Name);

        switch (entry.Kind)
        {
            case '0' or '\0' or '7':
                await ReadFileAsync(entry, cancellationToken);
                return;

            case '5':
                await SkipAsync(entry.Size, cancellationToken);
                return;

            default:
                throw Refused($"has an entry '{Printable(entry.Name)}' that is neither a file nor a folder (links and devices are not taken)");
        }
    }

    private async Task ReadFileAsync(UstarHeader entry, CancellationToken cancellationToken)
    {
        var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        var slash = path.LastIndexOf('/');
        var file = path[(slash + 1)..];

        if (file is not (AdapterConfig.File or AdapterArchive.WeightsFile) || path.Count(c => c == '/') > 1)
        {
            await SkipAsync(entry.Size, cancellationToken);
            return;
        }

        var folder = path[..(slash + 1)];
        _folder ??= folder;
        if (_folder != folder)
        {
            throw Refused($"holds {file} in '{Printable(folder)}' and its other half in '{Printable(_folder)}'");
        }

        if (file == AdapterConfig.File)
        {
            _config = _config is null
                ? await ReadSmallAsync(entry.Size, AdapterArchive.MaxConfigBytes, AdapterConfig.File, cancellationToken)
                : throw Refused($"holds {AdapterConfig.File} twice");
            return;
        }

        if (_weightsBytes is not null)
        {
            throw Refused($"holds {AdapterArchive.WeightsFile} twice");
        }

        await CopyWeightsAsync(entry.Size, cancellationToken);
        _weightsBytes = entry.Size;
    }

    private async Task CopyWeightsAsync(long size, CancellationToken cancellationToken)
    {
        if (size > maxWeightsBytes)
        {
            throw new RefusedException(AdapterArchive.WeightsFile, string.Create(
                CultureInfo.InvariantCulture, $"is {size} bytes long; the limit is {maxWeightsBytes}"));
        }

        for (var left = size; left > 0;)
        {
            var chunk = _buffer.AsMemory(0, (int)Math.Min(_buffer.Length, left));
            await ReadExactlyAsync(chunk, cancellationToken);
            await weights.WriteAsync(chunk, cancellationToken);
            left -= chunk.Length;
        }

        await SkipAsync(UstarHeader.Padded(size) - size, cancellationToken, padded: true);
    }

    private async Task<byte[]> ReadSmallAsync(long size, int limit, string what, CancellationToken cancellationToken)
    {
        if (size > limit)
        {
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"has a {what} of {size} bytes; the limit is {limit}"));
        }

        var content = new byte[UstarHeader.Padded(size)];
        await ReadExactlyAsync(content, cancellationToken);
        return content[..(int)size];
    }

    private async Task SkipAsync(long size, CancellationToken cancellationToken, bool padded = false)
    {
        // Skipped bytes were still sent and still cost: an archive may not be mostly something else.
        if (size > maxWeightsBytes)
        {
            throw Refused("has an entry larger than an adapter may be");
        }

        for (var left = padded ? size : UstarHeader.Padded(size); left > 0;)
        {
            var chunk = _buffer.AsMemory(0, (int)Math.Min(_buffer.Length, left));
            await ReadExactlyAsync(chunk, cancellationToken);
            left -= chunk.Length;
        }
    }

    private async Task ReadExactlyAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (await tar.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken) != destination.Length)
        {
            throw Refused("is cut short");
        }
    }

    /// <summary>Records of <c>length key=value\n</c>; only path and size concern us.</summary>
    private void ReadExtendedHeader(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0
                || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1
                || length > records.Length
                || records[length - 1] != (byte)'\n')
            {
                throw Refused("has a damaged extended header");
            }

            var record = records[(space + 1)..(length - 1)];
            records = records[length..];

            if (record.StartsWith("path="u8))
            {
                _nextName = Encoding.UTF8.GetString(record[5..]);
            }
            else if (record.StartsWith("size="u8))
            {
                _nextSize = long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? size
                    : throw Refused("has a damaged extended header");
            }
        }
    }

    private static void RequirePlainPath(string name)
    {
        if (name.Length == 0 || name[0] == '/' || name.AsSpan().IndexOfAny('\\', '\0') >= 0 || name.Split('/').Contains(".."))
        {
            throw Refused($"has an entry '{Printable(name)}' with a path that leaves the archive");
        }
    }

    /// <summary>Names go into answers and logs: short, and without control characters.</summary>
    private static string Printable(string name) =>
        new([.. name.Take(120).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    private static RefusedException Refused(string message) => new(AdapterArchive.Name, message);
}
