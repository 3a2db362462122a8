using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// An immutable state in memory with a journal on disk. Readers take <see cref="Current"/> without a lock; writers hand a decision to
/// one writer task, which puts whatever has gathered into one frame, flushes it, publishes the new state and only then answers.
/// </summary>
internal sealed partial class DurableState<TState, TEntry> : IAsyncDisposable
    where TState : class
    where TEntry : class
{
    /// <summary>Most writes in one flush: bounds how long the first of them waits for the others' serialisation.</summary>
    private const int MaxBatch = 512;

    private readonly IStateSchema<TState, TEntry> _schema;
    private readonly JournalFiles _files;
    private readonly JournalSettings _settings;
    private readonly ILogger _logger;
    private readonly Channel<PendingWrite<TState, TEntry>> _queue;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writing;

    // The writer task's own.
    private readonly ArrayBufferWriter<byte> _payload = new();
    private JournalWriter _journal;
    private long _generation;
    private long _sequence;
    private long _nextSnapshotAt;
    private string? _fault;
    private Task _snapshot = Task.CompletedTask;
    private long _snapshotBytes;

    private TState _current;

    private DurableState(JournalFiles files, IStateSchema<TState, TEntry> schema, JournalSettings settings, ILogger logger)
    {
        (_files, _schema, _settings, _logger) = (files, schema, settings, logger);
        var recovered = new Recovery<TState, TEntry>(files, schema).Run();
        (_current, _generation, _sequence) = (recovered.State, recovered.Generation, recovered.Sequence);
        _journal = new JournalWriter(settings.OpenFile(files.Journal(_generation)), recovered.JournalLength);
        _nextSnapshotAt = settings.SnapshotAfterBytes;

        if (recovered.TornBytes > 0)
        {
            LogTornTail(schema.Name, recovered.TornBytes, files.Journal(_generation));
        }

        LogOpened(schema.Name, files.Folder, _sequence);

        _queue = Channel.CreateBounded<PendingWrite<TState, TEntry>>(
            new BoundedChannelOptions(settings.QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Everything acknowledged so far, and nothing else.</summary>
    public TState Current => Volatile.Read(ref _current);

    /// <exception cref="StorageStartException">The files cannot be opened.</exception>
    public static DurableState<TState, TEntry> Open(string folder, IStateSchema<TState, TEntry> schema, JournalSettings settings, ILogger logger) =>
        new(new JournalFiles(folder), schema, settings, logger);

    /// <summary>
    /// Runs a decision in its turn and returns its result when it is durable. Cancelling leaves the queue's line before the write is
    /// handed over, and stops waiting after.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The disk did not take it; nothing of it is kept.</exception>
    public async Task<TResult> WriteAsync<TResult>(Func<TState, (TResult Result, TEntry? Entry)> decide, CancellationToken cancellationToken)
    {
        var write = new PendingWrite<TState, TEntry, TResult>(decide);

        try
        {
            await _queue.Writer.WriteAsync(write, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new StoreUnavailableException($"The {_schema.Name} is closed.", exception);
        }

        return await write.Done.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what is queued, then closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
        {
            return;
        }

        await _writing;
        await _closing.CancelAsync();
        await _snapshot;
        _journal.Dispose();
        _closing.Dispose();
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<PendingWrite<TState, TEntry>>(MaxBatch);

        while (await _queue.Reader.WaitToReadAsync())
        {
            try
            {
                Commit(batch);
                SnapshotWhenDue();
            }
            catch (Exception exception)
            {
                // Nobody may wait for ever on a writer that is gone: it stays, and refuses.
                _fault = $"The {_schema.Name} takes no more writes ({exception.Message}); start again. What was acknowledged is safe.";
                LogWriteFailed(_schema.Name, exception);
                batch.ForEach(write => write.Fail(new StoreUnavailableException(_fault, exception)));
            }
        }
    }

    private void Commit(List<PendingWrite<TState, TEntry>> batch)
    {
        batch.Clear();
        EntryBatch.Begin(_payload, _sequence);
        var (state, entries) = (_current, 0);

        while (batch.Count < MaxBatch && _payload.WrittenCount < EntryBatch.TargetBytes && _queue.Reader.TryRead(out var write))
        {
            if (TryDecide(write, ref state, ref entries))
            {
                batch.Add(write);
            }
        }

        if (entries > 0 && !TryStore(out var failure))
        {
            batch.ForEach(write => write.Fail(failure));
            return;
        }

        _sequence += entries;
        Volatile.Write(ref _current, state);
        batch.ForEach(write => write.Complete());
    }

    /// <summary>False when this write has failed by itself; its neighbours are not touched by that.</summary>
    private bool TryDecide(PendingWrite<TState, TEntry> write, ref TState state, ref int entries)
    {
        try
        {
            if (write.Decide(state) is not { } entry)
            {
                return true;
            }

            var bytes = JsonSerializer.SerializeToUtf8Bytes(entry, _schema.EntryType);

            if (bytes.Length > EntryBatch.MaxEntryBytes)
            {
                throw new ArgumentException($"An entry of {bytes.Length} bytes is larger than the {_schema.Name} takes ({EntryBatch.MaxEntryBytes}).");
            }

            state = _schema.Apply(state, entry);
            EntryBatch.Add(_payload, bytes);
            entries++;
            return true;
        }
        catch (Exception exception)
        {
            // Whatever a caller's decision throws is that caller's: handed over whole.
            write.Fail(exception);
            return false;
        }
    }

    private bool TryStore([System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out StoreUnavailableException? failure)
    {
        failure = null;

        if (_fault is not null)
        {
            failure = new StoreUnavailableException(_fault);
            return false;
        }

        try
        {
            _journal.Append(_payload.WrittenMemory);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_journal.TryTakeBack())
            {
                // What is on disk past the last acknowledged write is unknown, so nothing may follow it.
                _fault = $"The {_schema.Name} takes no more writes: the disk failed ({exception.Message}). Mend it and start again; what was acknowledged is safe.";
            }

            LogWriteFailed(_schema.Name, exception);
            failure = new StoreUnavailableException(_fault ?? $"The {_schema.Name} could not be written: {exception.Message}", exception);
            return false;
        }
    }

    private void SnapshotWhenDue()
    {
        if (_journal.Length < _nextSnapshotAt || !_snapshot.IsCompleted || _fault is not null)
        {
            return;
        }

        var next = _generation + 1;

        try
        {
            var length = JournalWriter.Create(_files, new FileHeader(_schema.Name, FileHeader.Journal, FileHeader.CurrentFormat, next, _sequence));
            var journal = new JournalWriter(_settings.OpenFile(_files.Journal(next)), length);
            _journal.Dispose();
            (_journal, _generation) = (journal, next);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The old journal goes on; asked again when it has grown once more.
            LogSnapshotFailed(_schema.Name, exception);
            _nextSnapshotAt = _journal.Length + _settings.SnapshotAfterBytes;
            return;
        }

        var (state, sequence) = (_current, _sequence);
        _nextSnapshotAt = Math.Max(_settings.SnapshotAfterBytes, 2 * _snapshotBytes);
        _snapshot = Task.Run(() => WriteSnapshot(state, next, sequence));
    }

    /// <summary>Runs beside the writer task, which looks at its result only when it has ended.</summary>
    private void WriteSnapshot(TState state, long generation, long sequence)
    {
        try
        {
            _snapshotBytes = SnapshotWriter.Write(_files, _schema, state, generation, sequence, _closing.Token);
            LogSnapshot(_schema.Name, generation, _snapshotBytes);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            LogSnapshotLeft(_schema.Name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogSnapshotFailed(_schema.Name, exception);
        }
    }
}
