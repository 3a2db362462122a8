using System.Buffers;
using System.Text.Json;
using LoraFaaS.Storage.Embedded.Files;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>Writes a state as a file of entries: temporary, flushed, renamed, folder flushed, and only then what it replaces removed.</summary>
internal static class SnapshotWriter
{
    /// <summary>Returns the snapshot's bytes.</summary>
    /// <exception cref="IOException">Nothing changed: the older snapshot and all journals are still there.</exception>
    public static long Write<TState, TEntry>(
        JournalFiles files, IStateSchema<TState, TEntry> schema, TState state, long generation, long sequence, CancellationToken cancellationToken)
        where TState : class
        where TEntry : class
    {
        var path = files.Snapshot(generation);
        var temporary = path + DurableFiles.TemporarySuffix;
        long length;

        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            length = WriteFrames(handle, schema, state, new FileHeader(schema.Name, FileHeader.Snapshot, FileHeader.CurrentFormat, generation, sequence), cancellationToken);
            RandomAccess.FlushToDisk(handle);
        }

        DurableFiles.Publish(temporary, path);
        files.RemoveBefore(generation);
        return length;
    }

    private static long WriteFrames<TState, TEntry>(
        SafeFileHandle handle, IStateSchema<TState, TEntry> schema, TState state, FileHeader header, CancellationToken cancellationToken)
        where TState : class
        where TEntry : class
    {
        var payload = new ArrayBufferWriter<byte>();
        JournalWriter.WriteHeader(payload, header);
        var offset = WriteFrame(handle, payload, 0);
        var count = 0L;
        EntryBatch.Begin(payload, count);

        foreach (var entry in schema.Describe(state))
        {
            cancellationToken.ThrowIfCancellationRequested();
            EntryBatch.Add(payload, JsonSerializer.SerializeToUtf8Bytes(entry, schema.EntryType));
            count++;

            if (payload.WrittenCount >= EntryBatch.TargetBytes)
            {
                offset += WriteFrame(handle, payload, offset);
                EntryBatch.Begin(payload, count);
            }
        }

        offset += WriteFrame(handle, payload, offset);
        payload.ResetWrittenCount();
        payload.Write([(byte)FrameKind.End]);
        return offset + WriteFrame(handle, payload, offset);
    }

    private static int WriteFrame(SafeFileHandle handle, ArrayBufferWriter<byte> payload, long offset)
    {
        var header = new byte[Frame.HeaderBytes];
        Frame.WriteHeader(header, payload.WrittenSpan);
        RandomAccess.Write(handle, [header, payload.WrittenMemory], offset);
        return header.Length + payload.WrittenCount;
    }
}
