using System.Threading.Channels;
using Google.Protobuf;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Files;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Metering;

/// <summary>
/// Usage is never lost: a report is on this worker's disk (written and fsynced) before the invocation's last event goes out, and stays there
/// until the controller has acknowledged it. Sequences count from 1 and never repeat for a worker id, restarts included.
/// One loop owns the file; reports that come while it syncs share the next sync. The file has disk space ahead of its end, of which whoever begins takes a
/// place (<c>decisions/0023</c>): a full disk is met by those who have not begun.
/// </summary>
internal sealed partial class UsageSpool : IAsyncDisposable
{
    /// <summary>Acknowledged bytes at the front before the file is written anew.</summary>
    private const long CompactAfterBytes = 1 << 20;

    /// <summary>Of a report's numbers, with the record around it; its texts come on top.</summary>
    private const int NumbersBytes = 768;

    private readonly string _path;
    private readonly SpoolReserve _reserve;
    private readonly ILogger<UsageSpool> _logger;
    private readonly Channel<Request> _inbox = Channel.CreateBounded<Request>(new BoundedChannelOptions(4_096) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Queue<UsageReport> _unacknowledged = new();
    private readonly Task _loop;
    private SafeFileHandle _file;
    private long _length;
    private long _acknowledgedBytes;
    private ulong _lastSequence;
    private Errno _lastErrno;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Opens the spool, repairing a torn tail.</summary>
    public UsageSpool(string path, ByteSize reserve, ILogger<UsageSpool> logger)
    {
        _path = path;
        _reserve = new SpoolReserve(reserve);
        _logger = logger;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = Recover();
        _loop = Task.Run(RunAsync);
    }

    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _unacknowledged.Count;
            }
        }
    }

    /// <summary>Room for a report whose texts have so many bytes. Null: the disk is full, and so is what was kept ahead.</summary>
    public async ValueTask<SpoolPlace?> TryTakeAsync(int textBytes)
    {
        var bytes = NumbersBytes + textBytes;

        if (!_reserve.TryPromise(bytes))
        {
            var request = new Request.Extend(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            await _inbox.Writer.WriteAsync(request);
            await request.Done.Task;

            if (!_reserve.TryPromise(bytes))
            {
                return null;
            }
        }
        else if (_reserve.IsLow)
        {
            // Ahead of need, and not waited for: a full inbox has others that ask.
            _inbox.Writer.TryWrite(new Request.Extend(0, new TaskCompletionSource()));
        }

        return new SpoolPlace(_reserve, bytes);
    }

    /// <summary>Completes when the report is on disk, under its new sequence number. Waits while the disk is behind.</summary>
    public async Task<UsageReport> AppendAsync(UsageReport report, CancellationToken cancellationToken)
    {
        var request = new Request.Append(report, new TaskCompletionSource<UsageReport>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _inbox.Writer.WriteAsync(request, cancellationToken);
        return await request.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The controller has everything up to and including this sequence.</summary>
    public ValueTask AcknowledgeAsync(ulong sequence, CancellationToken cancellationToken) =>
        _inbox.Writer.WriteAsync(new Request.Acknowledge(sequence), cancellationToken);

    /// <summary>Unacknowledged reports after a sequence, oldest first.</summary>
    public IReadOnlyList<UsageReport> After(ulong sequence, int most)
    {
        lock (_gate)
        {
            return [.. _unacknowledged.Where(report => report.Sequence > sequence).Take(most)];
        }
    }

    /// <summary>Completes when a report was appended after the time of the call.</summary>
    public Task WaitForAppendAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _changed.Task.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _loop;
        _file.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        while (await _inbox.Reader.WaitToReadAsync())
        {
            var appended = new List<Request.Append>();
            var extensions = new List<Request.Extend>();
            var bytes = new MemoryStream();

            while (_inbox.Reader.TryRead(out var request))
            {
                switch (request)
                {
                    case Request.Append append:
                        append.Report.Sequence = ++_lastSequence;
                        SpoolRecord.Append(bytes, append.Report.ToByteArray());
                        appended.Add(append);
                        break;
                    case Request.Extend extend:
                        extensions.Add(extend);
                        break;
                    case Request.Acknowledge acknowledge:
                        Drop(acknowledge.Sequence);
                        break;
                    default:
                        throw new System.Diagnostics.UnreachableException();
                }
            }

            Store(appended, bytes);
            CompactIfWorthIt();
            Extend(extensions);
        }
    }

    private void Store(List<Request.Append> appended, MemoryStream bytes)
    {
        if (appended.Count == 0)
        {
            return;
        }

        try
        {
            RandomAccess.Write(_file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), _length);
            RandomAccess.FlushToDisk(_file);
            _length += bytes.Length;
            _reserve.Written(_length);
        }
        catch (IOException failure)
        {
            // A broken disk, or a full one that can promise nothing: the caller decides what becomes of the invocation. Cut what may have been half written.
            LogFailed(failure, _path);
            TryTruncate();
            appended.ForEach(append => append.Done.TrySetException(failure));
            return;
        }

        TaskCompletionSource signal;

        lock (_gate)
        {
            appended.ForEach(append => _unacknowledged.Enqueue(append.Report));
            signal = _changed;
            _changed = NewSignal();
        }

        appended.ForEach(append => append.Done.TrySetResult(append.Report));
        signal.TrySetResult();
    }

    private void TryTruncate()
    {
        try
        {
            RandomAccess.SetLength(_file, _length);
            _reserve.Lost(_length);
        }
        catch (IOException failure)
        {
            // The next start cuts the torn tail itself; until then the next write goes over it.
            LogFailed(failure, _path);
        }
    }

    /// <summary>Before it is needed, and whenever somebody finds nothing left: a disk that was full may have room again.</summary>
    private void Extend(List<Request.Extend> asked)
    {
        if (asked.Count > 0 && (_reserve.IsLow || asked.Any(extend => extend.Bytes > 0)))
        {
            var errno = _reserve.Extend(_file, asked.Max(extend => extend.Bytes));

            if (errno is not Errno.None && errno != _lastErrno)
            {
                LogFull(_path, errno);
            }

            _lastErrno = errno;
        }

        asked.ForEach(extend => extend.Done.TrySetResult());
    }

    private void Drop(ulong sequence)
    {
        lock (_gate)
        {
            while (_unacknowledged.TryPeek(out var report) && report.Sequence <= sequence)
            {
                _unacknowledged.Dequeue();
                _acknowledgedBytes += SpoolRecord.HeaderBytes + report.CalculateSize();
            }
        }
    }

    private void CompactIfWorthIt()
    {
        if (_acknowledgedBytes < CompactAfterBytes)
        {
            return;
        }

        try
        {
            var rewritten = Rewrite();
            _file.Dispose();
            _file = rewritten;
        }
        catch (IOException failure)
        {
            // The old file has everything still, and goes on; tried again when as much more was acknowledged.
            LogFailed(failure, _path);
            _acknowledgedBytes = 0;
        }
    }

    /// <summary>
    /// A new file with what is unacknowledged, put in place by a rename. Its first record is an empty report that carries the last sequence
    /// given, so that numbers do not start over when all were acknowledged.
    /// </summary>
    private SafeFileHandle Rewrite()
    {
        var bytes = new MemoryStream();
        SpoolRecord.Append(bytes, new UsageReport { Sequence = _lastSequence }.ToByteArray());

        foreach (var report in After(0, int.MaxValue))
        {
            SpoolRecord.Append(bytes, report.ToByteArray());
        }

        var next = _path + ".next";
        SafeFileHandle? opened = null;

        try
        {
            // Opened under its first name, and with all the space it is to have: once it has the other, nothing can fail any more.
            File.Delete(next);
            opened = Open(next);
            RandomAccess.Write(opened, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), 0);
            RandomAccess.FlushToDisk(opened);
            _reserve.Move(opened, bytes.Length, () => File.Move(next, _path, overwrite: true));
        }
        catch
        {
            opened?.Dispose();
            File.Delete(next);
            throw;
        }

        _length = bytes.Length;
        _acknowledgedBytes = 0;
        FlushFolder();
        return opened;
    }

    /// <summary>
    /// Until the folder is on disk a crash of the machine brings the old file back under this name, without what is appended from now on. If it cannot be
    /// flushed there is nothing to go back to: it is logged, and the next rewrite tries again.
    /// </summary>
    private void FlushFolder()
    {
        try
        {
            FolderSync.Flush(Path.GetDirectoryName(_path)!);
        }
        catch (IOException failure)
        {
            LogFailed(failure, _path);
        }
    }

    private SafeFileHandle Recover()
    {
        var bytes = File.Exists(_path) ? File.ReadAllBytes(_path) : [];
        ReadOnlyMemory<byte> rest = bytes;

        while (SpoolRecord.TryRead(rest, out var payload, out var behind))
        {
            var report = UsageReport.Parser.ParseFrom(payload.Span);
            _lastSequence = Math.Max(_lastSequence, report.Sequence);

            // The marker of a rewrite has no call.
            if (report.CallId.Length > 0)
            {
                _unacknowledged.Enqueue(report);
            }

            rest = behind;
        }

        _length = bytes.Length - rest.Length;

        if (rest.Length > 0)
        {
            LogTorn(_path, rest.Length);
        }

        var file = Open(_path);
        RandomAccess.SetLength(file, _length);
        _reserve.Lost(_length);
        FlushFolder();

        // On a full disk the worker starts all the same: it can hand in what it has, and refuses invocations until there is room.
        if (_reserve.Extend(file, 0) is not Errno.None and var errno)
        {
            LogFull(_path, errno);
        }

        return file;
    }

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    private abstract record Request
    {
        internal sealed record Append(UsageReport Report, TaskCompletionSource<UsageReport> Done) : Request;

        /// <param name="Bytes">Of the report there was no room for; 0: before there is none.</param>
        /// <param name="Done">Tried.</param>
        internal sealed record Extend(int Bytes, TaskCompletionSource Done) : Request;

        internal sealed record Acknowledge(ulong Sequence) : Request;
    }
}
