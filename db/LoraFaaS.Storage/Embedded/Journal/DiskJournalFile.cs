using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>A journal's file on a real disk.</summary>
internal sealed class DiskJournalFile(string path) : IJournalFile
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

    public void Write(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> payload, long offset) =>
        RandomAccess.Write(_handle, [header, payload], offset);

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

    public void Dispose() => _handle.Dispose();
}
