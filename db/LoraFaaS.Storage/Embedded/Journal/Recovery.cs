using System.Text.Json;
using LoraFaaS.Storage.Serialization;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// Opens a store's files: the newest snapshot, then every journal since. The end of the last journal may be torn and is cut off;
/// anything else that does not fit stops the start, because going on would lose what was acknowledged.
/// </summary>
internal sealed class Recovery<TState, TEntry>(JournalFiles files, IStateSchema<TState, TEntry> schema)
    where TState : class
    where TEntry : class
{
    private TState _state = schema.Empty;
    private long _sequence;

    /// <exception cref="StorageStartException">A file is damaged, missing, or cannot be read.</exception>
    public Recovered<TState> Run()
    {
        try
        {
            return Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The {schema.Name} in {files.Folder} cannot be opened: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new StorageStartException(
                $"The {schema.Name} in {files.Folder} has an entry that this release cannot read ({exception.Message}); start the release that wrote it.", exception);
        }
    }

    private Recovered<TState> Open()
    {
        files.RemoveTemporary();
        var first = files.Snapshots() is [.., var newest] ? newest : 0;
        var journals = files.Journals().Where(generation => generation >= first).ToList();

        if (first > 0)
        {
            ReadSnapshot(first);
        }
        else if (journals.Count == 0)
        {
            var length = JournalWriter.Create(files, new FileHeader(schema.Name, FileHeader.Journal, FileHeader.CurrentFormat, 1, 0));
            return new Recovered<TState>(_state, 1, 0, length, TornBytes: 0);
        }

        var expected = Math.Max(first, 1);

        if (journals.Count == 0 || journals[0] != expected)
        {
            throw Missing(files.Journal(expected));
        }

        var (journalLength, tornBytes) = (0L, 0L);

        foreach (var generation in journals)
        {
            if (generation != expected++)
            {
                throw Missing(files.Journal(expected - 1));
            }

            (journalLength, tornBytes) = ReadJournal(generation, isLast: generation == journals[^1]);
        }

        files.RemoveBefore(first);
        return new Recovered<TState>(_state, journals[^1], _sequence, journalLength, tornBytes);
    }

    private void ReadSnapshot(long generation)
    {
        using var reader = new FrameReader(files.Snapshot(generation));
        var header = ReadHeader(reader, FileHeader.Snapshot, generation);

        while (reader.TryRead(out var payload))
        {
            if (payload.Span[0] == (byte)FrameKind.End)
            {
                _sequence = header.Sequence;
                return;
            }

            foreach (var entry in EntryBatch.Read(payload.Span, schema.EntryType))
            {
                _state = schema.Apply(_state, entry);
            }
        }

        throw Damaged(reader, "the snapshot ends too early");
    }

    private (long Length, long TornBytes) ReadJournal(long generation, bool isLast)
    {
        var path = files.Journal(generation);
        using var reader = new FrameReader(path);
        var header = ReadHeader(reader, FileHeader.Journal, generation);

        if (header.Sequence != _sequence)
        {
            throw Damaged(reader, $"it follows entry {header.Sequence}, and what comes before ends at {_sequence}");
        }

        while (reader.TryRead(out var payload))
        {
            if (EntryBatch.ReadSequence(payload.Span) != _sequence)
            {
                throw Damaged(reader, $"entry {_sequence + 1} is missing");
            }

            foreach (var entry in EntryBatch.Read(payload.Span, schema.EntryType))
            {
                _state = schema.Apply(_state, entry);
                _sequence++;
            }
        }

        var torn = reader.Length - reader.Position;

        if (torn == 0)
        {
            return (reader.Position, 0);
        }

        if (!isLast || reader.HasFrameBeyond())
        {
            throw Damaged(reader, "intact entries follow, so no crash did this");
        }

        CutOff(path, reader.Position);
        return (reader.Position, torn);
    }

    private FileHeader ReadHeader(FrameReader reader, string kind, long generation)
    {
        if (!reader.TryRead(out var payload) || payload.Span[0] != (byte)FrameKind.Header
            || JsonSerializer.Deserialize(payload.Span[1..], StorageJson.Default.FileHeader) is not { } header)
        {
            throw Damaged(reader, "its header cannot be read");
        }

        if (header.Format > FileHeader.CurrentFormat)
        {
            throw new StorageStartException($"The file {reader.Path} has format {header.Format}, which this release does not know; start the release that wrote it.");
        }

        if (header.Store != schema.Name || header.Kind != kind || header.Generation != generation)
        {
            throw Damaged(reader, $"it is {header.Kind} {header.Generation} of {header.Store}");
        }

        return header;
    }

    private static void CutOff(string path, long length)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.SetLength(handle, length);
        RandomAccess.FlushToDisk(handle);
    }

    private StorageStartException Missing(string path) =>
        new($"The {schema.Name} cannot be opened: {path} is missing. Restore the data folder from a backup.");

    private StorageStartException Damaged(FrameReader reader, string finding) =>
        new($"The {schema.Name} cannot be opened: {reader.Path} is damaged at byte {reader.Position} ({finding}). Restore the data folder from a backup; "
            + $"or give up everything written after that point with: truncate -s {reader.Position} {reader.Path}, and move later journals away.");
}
