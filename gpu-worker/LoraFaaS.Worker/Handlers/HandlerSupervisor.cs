using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Handlers;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// One handler for each function whose code somebody calls: started once however many ask, watched until it ends, stopped when idle or when
/// another needs its place. Code that ends takes nobody with it; code that keeps ending is left alone for a while.
/// </summary>
internal sealed partial class HandlerSupervisor : BackgroundService
{
    private const int MaxStarts = 3;

    /// <summary>Beyond this many functions the memory of who kept ending starts over.</summary>
    private const int MaxRemembered = 16_384;

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly HandlerOpener _opener;
    private readonly FunctionLog _log;
    private readonly HandlerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HandlerSupervisor> _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<HandlerKey, Loading<ResidentHandler>> _starts;
    private readonly Lock _gate = new();
    private readonly Dictionary<HandlerKey, ResidentHandler> _resident = [];
    private readonly Dictionary<HandlerKey, (int InARow, long At)> _ends = [];
    private readonly HashSet<Task> _lives = [];

    public HandlerSupervisor(HandlerOpener opener, FunctionLog log, IOptions<HandlerOptions> options, TimeProvider time, ILogger<HandlerSupervisor> logger)
    {
        _opener = opener;
        _log = log;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _starts = new SingleFlight<HandlerKey, Loading<ResidentHandler>>(_lifetime.Token);
    }

    public IReadOnlyList<ResidentHandler> Resident
    {
        get
        {
            lock (_gate)
            {
                return [.. _resident.Values];
            }
        }
    }

    /// <summary>The function's handler, in use: <see cref="ResidentHandler.BeginAsync"/> or <see cref="ResidentHandler.EndUse"/> must follow.</summary>
    public async Task<Loading<ResidentHandler>> UseAsync(HandlerSpec spec, CancellationToken cancellationToken)
    {
        for (var starts = 0; ; starts++)
        {
            lock (_gate)
            {
                if (_resident.TryGetValue(spec.Key, out var handler) && handler.TryUse())
                {
                    return new Loading<ResidentHandler>.Ready(handler);
                }
            }

            if (starts == MaxStarts)
            {
                return Lost(spec.Key.Function, $"ended {MaxStarts} times before it could be called", TimeSpan.FromSeconds(1));
            }

            if (await _starts.RunAsync(spec.Key, token => StartAsync(spec, token), cancellationToken) is Loading<ResidentHandler>.Failed failed)
            {
                return failed;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lifetime.CancelAsync();
        await Task.WhenAll(Resident.Select(handler => StopAsync(handler, evenInUse: true)));

        Task[] lives;

        lock (_gate)
        {
            lives = [.. _lives];
        }

        await Task.WhenAll(lives);
    }

    public override void Dispose()
    {
        _lifetime.Dispose();
        base.Dispose();
    }

    /// <summary>Stops handlers that nobody called for long, and those of a revision that another has followed.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Sweep, _time);

        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var handler in Resident.Where(IsDue))
                {
                    if (await StopAsync(handler, evenInUse: false))
                    {
                        LogIdle(handler.Id, handler.Spec.Key.Function);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync stops the rest.
        }
    }

    private static Loading<ResidentHandler>.Failed Lost(FunctionId function, string what, TimeSpan retryAfter) =>
        new(new Problem(ErrorCode.HandlerLost, $"The code of {function} {what}.", RetryAfter: retryAfter));

    private bool IsDue(ResidentHandler handler)
    {
        var key = handler.Spec.Key;
        return handler.IdleFor is { } idle
            && (idle > handler.IdleLimit || Resident.Any(other => other.Spec.Key.Function == key.Function && other.Spec.Key.Revision > key.Revision));
    }

    private async Task<Loading<ResidentHandler>> StartAsync(HandlerSpec spec, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Another flight may have landed meanwhile, or the one that is listed has just ended and is not yet taken off.
            if (_resident.TryGetValue(spec.Key, out var other))
            {
                if (!other.IsOver)
                {
                    return new Loading<ResidentHandler>.Ready(other);
                }

                _resident.Remove(spec.Key);
            }

            if (_ends.TryGetValue(spec.Key, out var end)
                && HandlerRestartPolicy.WaitFor(end.InARow, _time.GetElapsedTime(end.At)) is var wait && wait > TimeSpan.Zero)
            {
                return Lost(spec.Key.Function, $"ended {end.InARow} times in a row; it is started again in {wait.TotalSeconds:0.#} s", wait);
            }
        }

        if (!await MakeRoomAsync())
        {
            return new Loading<ResidentHandler>.Failed(new Problem(
                ErrorCode.NoCapacity, $"All {_options.Most} handlers of this worker are in use; none can be ended for {spec.Key.Function}.", RetryAfter: TimeSpan.FromSeconds(1)));
        }

        var opening = await _opener.OpenAsync(spec, cancellationToken);

        if (opening is Loading<ResidentHandler>.Ready ready)
        {
            lock (_gate)
            {
                _resident[spec.Key] = ready.Value;
                _lives.RemoveWhere(life => life.IsCompleted);
                _lives.Add(WatchAsync(ready.Value));
            }
        }
        else if (opening is Loading<ResidentHandler>.Failed { Problem: { Code: ErrorCode.CodeInvalid or ErrorCode.HandlerLost } problem })
        {
            NoteEnd(spec.Key, TimeSpan.Zero);
            _log.Write(spec.Key.Function, problem.Message);
        }

        return opening;
    }

    private async Task<bool> MakeRoomAsync()
    {
        while (true)
        {
            var resident = Resident;

            if (resident.Count < _options.Most)
            {
                return true;
            }

            var idle = resident.Where(handler => handler.IdleFor is not null).MaxBy(handler => handler.IdleFor);

            if (idle is null || !await StopAsync(idle, evenInUse: false))
            {
                return false;
            }
        }
    }

    /// <summary>From opened to gone: takes it off the list, says how it ended, and remembers it when nobody had asked for that.</summary>
    private async Task WatchAsync(ResidentHandler handler)
    {
        await handler.Closed;
        var key = handler.Spec.Key;
        var wasOurs = handler.IsRetired;
        Forget(handler);

        if (!wasOurs)
        {
            NoteEnd(key, handler.Age);
            var epitaph = await handler.EpitaphAsync();
            _log.Write(key.Function, $"the code {epitaph}");
            LogEnded(handler.Id, key.Function, epitaph);
        }

        await handler.DisposeAsync();
    }

    private void NoteEnd(HandlerKey key, TimeSpan lived)
    {
        lock (_gate)
        {
            if (_ends.Count >= MaxRemembered)
            {
                _ends.Clear();
            }

            var before = _ends.TryGetValue(key, out var end) ? end.InARow : 0;
            _ends[key] = (HandlerRestartPolicy.Count(before, lived), _time.GetTimestamp());
        }
    }

    private void Forget(ResidentHandler handler)
    {
        lock (_gate)
        {
            if (_resident.GetValueOrDefault(handler.Spec.Key) == handler)
            {
                _resident.Remove(handler.Spec.Key);
            }
        }
    }

    /// <summary>True when it has ended.</summary>
    private async Task<bool> StopAsync(ResidentHandler handler, bool evenInUse)
    {
        if (!handler.TryRetire(evenInUse))
        {
            return false;
        }

        Forget(handler);
        using var limit = new CancellationTokenSource(StopLimit, _time);

        try
        {
            await handler.DrainAsync(limit.Token);
            await handler.Closed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            LogKilled(handler.Id, handler.Spec.Key.Function, StopLimit);
        }

        await handler.DisposeAsync();
        return true;
    }
}
