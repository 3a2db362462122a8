using System.Globalization;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// One function's handler: its process, its connection, and its places for invocations. A place is free again when the code has ended its call,
/// wanted or not; code that does not end one that nobody wants within the grace costs the process.
/// </summary>
internal sealed class ResidentHandler : IServingProcess<HandlerKey>
{
    private static readonly TimeSpan LastBreath = TimeSpan.FromMilliseconds(500);

    private readonly HandlerProcess _process;
    private readonly HandlerChannel _channel;
    private readonly HandlerLog _log;
    private readonly TimeSpan _grace;
    private readonly TimeProvider _time;

    /// <summary>Never disposed, for it has no handle: those who wait in it when the process ends are let through, and find that it has.</summary>
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _calls = [];
    private readonly long _begun;
    private volatile bool _condemned;
    private int _counted;
    private Task<string>? _epitaph;
    private Task? _end;

    public ResidentHandler(HandlerSpec spec, HandlerProcess process, HandlerChannel channel, HandlerLog log, HandlerOptions options, TimeProvider time)
    {
        Spec = spec;
        IdleLimit = spec.KeepAlive ?? options.Idle;
        _process = process;
        _channel = channel;
        _log = log;
        _grace = options.Grace;
        _time = time;
        _places = new SemaphoreSlim(options.Concurrency);
        _begun = time.GetTimestamp();
        Uses = new UseBook(() => _condemned || channel.IsClosed, time);
    }

    public HandlerSpec Spec { get; }

    public HandlerKey Key => Spec.Key;

    public HandlerId Id => _process.Id;

    public int ProcessId => _process.ProcessId;

    public TimeSpan IdleLimit { get; }

    public TimeSpan Age => _time.GetElapsedTime(_begun);

    /// <summary>Completes when nothing will be heard from it any more.</summary>
    public Task Closed => _channel.Closed;

    /// <summary>After a use was taken, <see cref="BeginAsync"/> or its end must follow.</summary>
    public UseBook Uses { get; }

    public bool IsOver => Uses.IsRetired || _condemned || _channel.IsClosed;

    /// <summary>
    /// Waits for a place and begins an invocation in it. The use that was taken ends with the call. Null: the process ended first, and its code has not
    /// heard of the invocation.
    /// </summary>
    public async Task<HandlerCall?> BeginAsync(Invoke invoke, CancellationToken cancellationToken)
    {
        HandlerCall? call = null;
        var hasPlace = false;

        try
        {
            await _places.WaitAsync(cancellationToken);
            hasPlace = true;
            call = await _channel.InvokeAsync(invoke, cancellationToken);
            return call;
        }
        finally
        {
            if (call is not null)
            {
                Keep(FreeAsync(call));
            }
            else
            {
                if (hasPlace)
                {
                    _places.Release();
                }

                Uses.End();
            }
        }
    }

    /// <summary>True once: an end is counted by whoever sees it first.</summary>
    public bool TryCountEnd() => Interlocked.Exchange(ref _counted, 1) == 0;

    /// <summary>Nobody wants the call's answer any more. Returns at once; the code has its grace to notice.</summary>
    public void Leave(HandlerCall call)
    {
        if (!call.Ended.IsCompleted)
        {
            Keep(WatchAsync(call));
        }
    }

    /// <summary>How the process ended, in words for its function's callers. Ends it if it has not.</summary>
    public Task<string> EpitaphAsync()
    {
        lock (_gate)
        {
            return _epitaph ??= Task.Run(ReadEpitaphAsync);
        }
    }

    public ValueTask DrainAsync(CancellationToken cancellationToken) => _channel.EndAsync(cancellationToken);

    /// <summary>Ends the process if it still runs. Its watcher and whoever stops it may both call.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end;

        lock (_gate)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    private async Task EndAsync()
    {
        await EpitaphAsync();
        await _process.DisposeAsync();

        Task[] calls;

        lock (_gate)
        {
            calls = [.. _calls];
        }

        await Task.WhenAll(calls);
    }

    private async Task<string> ReadEpitaphAsync()
    {
        await _channel.DisposeAsync();
        using var noMore = new CancellationTokenSource();

        // Its connection is closed, so it is on its way out; one that is not shall be.
        await Task.WhenAny(_process.Exited, Task.Delay(LastBreath, _time, noMore.Token));
        await noMore.CancelAsync();
        _process.Kill();
        await _process.Exited;

        return _process.ExitCode switch
        {
            0 => "ended by itself",
            128 + 9 => "was killed",
            128 + 6 => "was aborted (out of memory, a stack overflow or an exception that nobody caught)",
            > 128 and var signal => string.Create(CultureInfo.InvariantCulture, $"was ended by signal {signal - 128}"),
            var code => string.Create(CultureInfo.InvariantCulture, $"ended with exit code {code}"),
        };
    }

    private async Task FreeAsync(HandlerCall call)
    {
        await call.Ended;
        _places.Release();
        Uses.End();
    }

    private async Task WatchAsync(HandlerCall call)
    {
        using var noMore = new CancellationTokenSource();

        // A handler that reads nothing any more takes no word of it either: the grace holds for both.
        var leaving = call.LeaveAsync().AsTask();

        if (await Task.WhenAny(call.Ended, Task.Delay(_grace, _time, noMore.Token)) == call.Ended)
        {
            await noMore.CancelAsync();
            await leaving;
            return;
        }

        _condemned = true;
        _log.Write($"the code is ended: it went on for {_grace.TotalSeconds:0.#} s after its call was over");
        _process.Kill();
        await leaving;
    }

    private void Keep(Task task)
    {
        lock (_gate)
        {
            _calls.RemoveWhere(done => done.IsCompleted);
            _calls.Add(task);
        }
    }
}
