using System.Buffers;
using System.Text.Json;
using LoraFaaS.Storage.Embedded.Files;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>Appends frames to one journal and keeps count of what is safely there. Used by one thread at a time.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly IJournalFile _file;
    private readonly byte[] _header = new byte[Frame.HeaderBytes];

    public JournalWriter(IJournalFile file, long length)
    {
        _file = file;
        Length = length;
    }

    /// <summary>Bytes that are durable.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a journal file with its header, durable under its name. Returns its length.</summary>
    public static long Create(JournalFiles files, FileHeader header)
    {
        var path = files.Journal(header.Generation);
        var payload = new ArrayBufferWriter<byte>();
        WriteHeader(payload, header);
        var frame = new byte[Frame.HeaderBytes + payload.WrittenCount];
        Frame.WriteHeader(frame, payload.WrittenSpan);
        payload.WrittenSpan.CopyTo(frame.AsSpan(Frame.HeaderBytes));
        DurableFiles.Replace(path, frame);
        return frame.Length;
    }

    public static void WriteHeader(ArrayBufferWriter<byte> payload, FileHeader header)
    {
        payload.Write([(byte)FrameKind.Header]);
        payload.Write(JsonSerializer.SerializeToUtf8Bytes(header, StorageJson.Default.FileHeader));
    }

    /// <summary>Writes one frame and flushes it.</summary>
    /// <exception cref="IOException">Not acknowledged; see <see cref="TryTakeBack"/>.</exception>
    public void Append(ReadOnlyMemory<byte> payload)
    {
        Frame.WriteHeader(_header, payload.Span);
        _file.Write(_header, payload, Length);
        _file.Flush();
        Length += _header.Length + payload.Length;
    }

    /// <summary>After a failed write: cuts off what may have reached the file. False when the disk does not do that either.</summary>
    public bool TryTakeBack()
    {
        try
        {
            _file.Truncate(Length);
            _file.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _file.Dispose();
}
