using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>Reads a file's frames in order. Payloads are valid until the next read.</summary>
internal sealed class FrameReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _header = new byte[Frame.HeaderBytes];
    private byte[] _payload = new byte[64 << 10];

    public FrameReader(string path)
    {
        Path = path;
        _file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        Length = RandomAccess.GetLength(_file);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Where the next frame begins: the end of all good frames so far.</summary>
    public long Position { get; private set; }

    /// <summary>False at the end of the good frames; <see cref="Position"/> is then less than <see cref="Length"/> if there is more.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> payload)
    {
        if (!TryReadAt(Position, out payload))
        {
            return false;
        }

        Position += Frame.HeaderBytes + payload.Length;
        return true;
    }

    /// <summary>Whether an intact frame begins anywhere after <see cref="Position"/>: then what is there is damage and not a torn tail.</summary>
    public bool HasFrameBeyond()
    {
        // A payload holds no frame by chance: its text has no byte below 0x20, and a length does (see Frame.MaxPayloadBytes).
        const int WindowBytes = 1 << 20;
        var window = new byte[WindowBytes + 3];

        for (var start = Position + 1; start + Frame.HeaderBytes <= Length; start += WindowBytes)
        {
            var got = ReadFully(window, start);

            for (var at = window.AsSpan(0, got).IndexOf("LFR1"u8); at >= 0;)
            {
                if (TryReadAt(start + at, out _))
                {
                    return true;
                }

                var next = window.AsSpan(at + 1, got - at - 1).IndexOf("LFR1"u8);
                at = next < 0 ? -1 : at + 1 + next;
            }
        }

        return false;
    }

    public void Dispose() => _file.Dispose();

    private bool TryReadAt(long offset, out ReadOnlyMemory<byte> payload)
    {
        payload = default;

        if (ReadFully(_header, offset) < Frame.HeaderBytes || !Frame.TryReadLength(_header, out var length)
            || offset + Frame.HeaderBytes + length > Length)
        {
            return false;
        }

        if (_payload.Length < length)
        {
            _payload = new byte[Math.Max(length, 2 * _payload.Length)];
        }

        var bytes = _payload.AsMemory(0, length);

        if (ReadFully(bytes.Span, offset + Frame.HeaderBytes) < length || !Frame.IsIntact(_header, bytes.Span))
        {
            return false;
        }

        payload = bytes;
        return true;
    }

    private int ReadFully(Span<byte> target, long offset)
    {
        var total = 0;

        while (total < target.Length)
        {
            var got = RandomAccess.Read(_file, target[total..], offset + total);

            if (got == 0)
            {
                break;
            }

            total += got;
        }

        return total;
    }
}
