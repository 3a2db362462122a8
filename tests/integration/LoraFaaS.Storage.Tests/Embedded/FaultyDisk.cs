using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>A disk that fails where it is told to; what it did before that, it did.</summary>
internal sealed class FaultyDisk
{
    /// <summary>Bytes of the next write that still reach the file; null: all.</summary>
    public int? RoomLeft { get; set; }

    public bool FailsFlush { get; set; }

    public bool FailsTruncate { get; set; }

    public JournalSettings Settings => new() { OpenFile = path => new FaultyFile(this, new DiskJournalFile(path)) };

    private static IOException Full() => new("No space left on device");

    private sealed class FaultyFile(FaultyDisk disk, IJournalFile file) : IJournalFile
    {
        public void Write(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> payload, long offset)
        {
            if (disk.RoomLeft is not { } room)
            {
                file.Write(header, payload, offset);
                return;
            }

            byte[] all = [.. header.Span, .. payload.Span];
            file.Write(all.AsMemory(0, Math.Min(room, all.Length)), default, offset);
            throw Full();
        }

        public void Flush()
        {
            if (disk.FailsFlush)
            {
                throw new IOException("Input/output error");
            }

            file.Flush();
        }

        public void Truncate(long length)
        {
            if (disk.FailsTruncate)
            {
                throw Full();
            }

            file.Truncate(length);
        }

        public void Dispose() => file.Dispose();
    }
}
