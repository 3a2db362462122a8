using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>
/// Leases as many asynchronous calls as there are free places, runs them, and keeps their leases alive. A gateway that dies renews
/// nothing, and its calls pass to others.
/// </summary>
internal sealed partial class CallLeaseLoop : BackgroundService
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly CallsClient _calls;
    private readonly CallRunner _runner;
    private readonly RouteBoard _board;
    private readonly AsyncOptions _options;
    private readonly TimeSpan _longestPause;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Never disposed: a call that ends late still gives its place back, and a semaphore nobody waits on by handle holds nothing.
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<string, CallRun> _running = new(StringComparer.Ordinal);

    // The leasing task's own: everything started and perhaps not ended.
    private readonly List<Task> _tasks = [];
    private TimeSpan _lease = TimeSpan.FromSeconds(3);
    private bool _lossLogged;

    public CallLeaseLoop(
        CallsClient calls, CallRunner runner, RouteBoard board, IOptions<AsyncOptions> options, IOptions<GatewayOptions> gateway,
        IMeterFactory meters, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<CallLeaseLoop> logger)
    {
        (_calls, _runner, _board, _options, _lifetime, _time, _logger) = (calls, runner, board, options.Value, lifetime, time, logger);
        _longestPause = gateway.Value.MaxReconnectDelay;
        _places = new SemaphoreSlim(Math.Max(1, _options.Concurrency));
        meters.Create("LoraFaaS.Gateway.Async").CreateObservableGauge(
            "queue_worker_function_invocation_inflight",
            () => _running.Values
                .GroupBy(run => $"{run.Leased.Ticket.Function}.{run.Leased.Ticket.Namespace}", StringComparer.Ordinal)
                .Select(group => new Measurement<int>(group.Count(), new KeyValuePair<string, object?>("function_name", group.Key))),
            description: "Asynchronous calls that this gateway is executing or delivering, by function.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.Concurrency == 0)
        {
            return;
        }

        var renewing = RenewAllAsync(stoppingToken);

        // A host that is told to stop first waits for its callers, perhaps long: what runs is kept alive meanwhile, and nothing new is taken.
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _lifetime.ApplicationStopping);

        try
        {
            await LeaseAllAsync(leaving.Token, stoppingToken);
        }
        catch (Exception exception) when (leaving.IsCancellationRequested && exception is (OperationCanceledException or ObjectDisposedException))
        {
            // The host stops, perhaps without waiting for us and with the channel gone: nothing more is leased.
        }

        await Task.WhenAll([renewing, .. _tasks]);
    }

    private async Task LeaseAllAsync(CancellationToken leaving, CancellationToken stoppingToken)
    {
        var pause = FirstPause;

        while (true)
        {
            await RoutesAsync(leaving);
            var places = await TakePlacesAsync(leaving);
            var started = 0;

            try
            {
                var request = new LeaseRequest { Most = places, WaitMs = (int)LongPoll.TotalMilliseconds };
                var reply = await _calls.LeaseAsync(request, LongPoll + CallTimeout, leaving);
                (_lossLogged, pause) = (false, FirstPause);
                _lease = TimeSpan.FromMilliseconds(Math.Max(reply.LeaseMs, 500));

                foreach (var call in reply.Calls)
                {
                    Start(call, stoppingToken);
                    started++;
                }
            }
            catch (GrpcStatusException exception)
            {
                LogLoss(exception.Status.ToString());
                await Task.Delay(pause, _time, leaving);
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
            }
            finally
            {
                if (places > started)
                {
                    _places.Release(places - started);
                }
            }
        }
    }

    /// <summary>Without a table every function would look as if it were gone.</summary>
    private async Task RoutesAsync(CancellationToken stoppingToken)
    {
        while (!_board.HasRoutes)
        {
            var changed = _board.Changed;

            if (!_board.HasRoutes)
            {
                await changed.WaitAsync(stoppingToken);
            }
        }
    }

    /// <summary>At least one; all that are free.</summary>
    private async Task<int> TakePlacesAsync(CancellationToken stoppingToken)
    {
        await _places.WaitAsync(stoppingToken);
        var places = 1;

        while (places < _options.Concurrency && _places.Wait(0, CancellationToken.None))
        {
            places++;
        }

        return places;
    }

    private void Start(LeasedCall call, CancellationToken stoppingToken)
    {
        var run = new CallRun(call, stoppingToken);

        // The same call under a newer lease: the older one was lost without a word.
        if (_running.TryRemove(call.Ticket.CallId, out var older))
        {
            older.Lose();
        }

        _running[call.Ticket.CallId] = run;
        _tasks.RemoveAll(task => task.IsCompleted);
        _tasks.Add(Task.Run(() => RunAsync(run, stoppingToken), CancellationToken.None));
    }

    private async Task RunAsync(CallRun run, CancellationToken stoppingToken)
    {
        try
        {
            await _runner.RunAsync(run, stoppingToken);
        }
        finally
        {
            _running.TryRemove(KeyValuePair.Create(run.Leased.Ticket.CallId, run));
            run.Dispose();
            _places.Release();
        }
    }

    private async Task RenewAllAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_lease / 3, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var runs = _running.Values.ToList();

            if (runs.Count == 0 || stoppingToken.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                var request = new RenewRequest { Tickets = { runs.Select(run => new CallTicket { CallId = run.Leased.Ticket.CallId, Lease = run.Leased.Ticket.Lease }) } };
                var held = (await _calls.RenewAsync(request, _lease, stoppingToken)).CallIds.ToHashSet(StringComparer.Ordinal);
                Drop(runs.Where(run => !held.Contains(run.Leased.Ticket.CallId)));
            }
            catch (GrpcStatusException exception)
            {
                // The controller is away: what is being done goes on, and its settlement tells whether it was in time.
                LogLoss(exception.Status.ToString());
            }
            catch (Exception exception) when (stoppingToken.IsCancellationRequested && exception is (OperationCanceledException or ObjectDisposedException))
            {
                return;
            }
        }
    }

    private void Drop(IEnumerable<CallRun> lost)
    {
        foreach (var run in lost)
        {
            // Those that have just ended are no longer here, and are not lost.
            if (_running.TryRemove(KeyValuePair.Create(run.Leased.Ticket.CallId, run)))
            {
                run.Lose();
            }
        }
    }

    /// <summary>Once a loss: a controller that stays away would fill the log.</summary>
    private void LogLoss(string reason)
    {
        if (!_lossLogged)
        {
            _lossLogged = true;
            LogAway(reason);
        }
    }

    [LoggerMessage(2804, LogLevel.Warning, "Asynchronous calls cannot be leased or renewed: {Reason}; trying again")]
    private partial void LogAway(string reason);
}
