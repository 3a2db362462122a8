using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Handlers;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// One handler for each function whose code somebody calls, stopped when idle or when another needs its place. Code that keeps ending is left alone for a while.
/// </summary>
internal sealed partial class HandlerSupervisor : ProcessSupervisor<HandlerKey, ResidentHandler>
{
    /// <summary>Beyond this many functions the memory of who kept ending starts over.</summary>
    private const int MaxRemembered = 16_384;

    private readonly HandlerOpener _opener;
    private readonly FunctionLog _log;
    private readonly HandlerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HandlerSupervisor> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<HandlerKey, (int InARow, long At)> _ends = [];

    public HandlerSupervisor(HandlerOpener opener, FunctionLog log, IOptions<HandlerOptions> options, TimeProvider time, ILogger<HandlerSupervisor> logger)
        : base(time)
    {
        _opener = opener;
        _log = log;
        _options = options.Value;
        _time = time;
        _logger = logger;
    }

    /// <summary>The function's handler, in use: <see cref="ResidentHandler.BeginAsync"/>, or the use's end, must follow.</summary>
    public async Task<Loading<ResidentHandler>> UseAsync(HandlerSpec spec, CancellationToken cancellationToken)
    {
        var (handler, _) = await TryUseAsync(spec.Key, token => StartAsync(spec, token), Urgency.Live, cancellationToken);
        return handler ?? Lost(spec.Key.Function, $"ended {MaxStarts} times before it could be called", TimeSpan.FromSeconds(1));
    }

    /// <summary>Nobody called it for long, or another revision has followed its own.</summary>
    protected override bool IsDue(ResidentHandler process) => process.Uses.IdleFor is { } idle
        && (idle > process.IdleLimit || Resident.Any(other => other.Key.Function == process.Key.Function && other.Key.Revision > process.Key.Revision));

    protected override void Idled(ResidentHandler process) => LogIdle(process.Id, process.Key.Function);

    /// <summary>Remembered when nobody had asked for it.</summary>
    protected override void Over(ResidentHandler process)
    {
        if (!process.Uses.IsRetired && process.TryCountEnd())
        {
            NoteEnd(process.Key, process.Age);
        }
    }

    protected override void Killed(ResidentHandler process) => LogKilled(process.Id, process.Key.Function, StopLimit);

    private static Loading<ResidentHandler>.Failed Lost(FunctionId function, string what, TimeSpan retryAfter) =>
        new(new Problem(ErrorCode.HandlerLost, $"The code of {function} {what}.", RetryAfter: retryAfter));

    private async Task<Loading<ResidentHandler>> StartAsync(HandlerSpec spec, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
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
            Add(ready.Value, () => EndAsync(ready.Value));
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

            var idle = resident.Where(handler => handler.Uses.IdleFor is not null).MaxBy(handler => handler.Uses.IdleFor);

            if (idle is null || !await StopAsync(idle, evenInUse: false))
            {
                return false;
            }
        }
    }

    /// <summary>Says how it ended, when nobody had asked for that.</summary>
    private async Task EndAsync(ResidentHandler handler)
    {
        if (handler.Uses.IsRetired)
        {
            return;
        }

        var epitaph = await handler.EpitaphAsync();
        _log.Write(handler.Key.Function, $"the code {epitaph}");
        LogEnded(handler.Id, handler.Key.Function, epitaph);
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
}
