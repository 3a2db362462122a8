namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>The file under a journal; a seam where tests let a disk be full. Every member throws <see cref="IOException"/> when the disk does not do it.</summary>
internal interface IJournalFile : IDisposable
{
    /// <summary>Writes both parts, one after the other, at an offset.</summary>
    void Write(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> payload, long offset);

    /// <summary>Returns when everything written survives a power cut.</summary>
    void Flush();

    void Truncate(long length);
}
