using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// One confined process for each key that somebody uses: started once however many ask, watched until it ends, stopped when it is due or its place is
/// needed. One that ends takes nobody with it; the next use starts another.
/// </summary>
internal abstract class ProcessSupervisor<TKey, TProcess> : BackgroundService
    where TKey : notnull
    where TProcess : class, IServingProcess<TKey>
{
    /// <summary>One that has just been opened may be retired or die before its use; one after the other does so only where something kills them.</summary>
    protected const int MaxStarts = 3;

    /// <summary>Longest from the word that it is to end until it is killed.</summary>
    protected static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<TKey, Loading<TProcess>> _starts;
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, TProcess> _resident = [];
    private readonly List<Life> _lives = [];

    protected ProcessSupervisor(TimeProvider time)
    {
        _time = time;
        _starts = new SingleFlight<TKey, Loading<TProcess>>(_lifetime.Token);
    }

    public IReadOnlyList<TProcess> Resident
    {
        get
        {
            lock (_gate)
            {
                return [.. _resident.Values];
            }
        }
    }

    /// <summary>Whose processes are on their way; each is on the list of <see cref="Resident"/> before it is off this one.</summary>
    public IReadOnlyList<TKey> Starting => _starts.Keys;

    /// <summary>The ends, yet to come, of those that are over by now: each completes when what it held is free.</summary>
    public IReadOnlyList<Task> Ending
    {
        get
        {
            lock (_gate)
            {
                return [.. _lives.Where(life => life.Process.IsOver && !life.End.IsCompleted).Select(life => life.End)];
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lifetime.CancelAsync();
        await Task.WhenAll(Resident.Select(process => StopAsync(process, evenInUse: true)));

        Task[] lives;

        lock (_gate)
        {
            lives = [.. _lives.Select(life => life.End)];
        }

        await Task.WhenAll(lives);
    }

    public override void Dispose()
    {
        _lifetime.Dispose();
        base.Dispose();
    }

    /// <summary>Null: none, or one that is being replaced.</summary>
    protected TProcess? Find(TKey key)
    {
        lock (_gate)
        {
            return _resident.GetValueOrDefault(key);
        }
    }

    /// <summary>The key's process, in use, and whether it was there. Null: several ended before they could be used.</summary>
    protected async Task<(Loading<TProcess>? Process, bool WasThere)> TryUseAsync(
        TKey key, Func<CancellationToken, Task<Loading<TProcess>>> start, Urgency urgency, CancellationToken cancellationToken)
    {
        for (var starts = 0; ; starts++)
        {
            if (Find(key) is { } there && there.Uses.TryUse())
            {
                return (new Loading<TProcess>.Ready(there), starts == 0);
            }

            if (starts == MaxStarts)
            {
                return (null, false);
            }

            if (await _starts.RunAsync(key, token => StartAsync(key, start, token), cancellationToken, urgency) is Loading<TProcess>.Failed failed)
            {
                return (failed, false);
            }
        }
    }

    /// <summary>From here on it is the one that serves its key, until it ends.</summary>
    /// <param name="process">Opened.</param>
    /// <param name="end">What is to be done once nothing is heard from it and it is off the list; it is disposed after that.</param>
    protected void Add(TProcess process, Func<Task> end)
    {
        lock (_gate)
        {
            _resident[process.Key] = process;
            _lives.RemoveAll(life => life.End.IsCompleted);
            _lives.Add(new Life(process, WatchAsync(process, end)));
        }
    }

    /// <summary>True when it has ended, and what it held is free. False: somebody uses it.</summary>
    protected async Task<bool> StopAsync(TProcess process, bool evenInUse)
    {
        if (!process.Uses.TryRetire(evenInUse))
        {
            return false;
        }

        Forget(process);
        using var limit = new CancellationTokenSource(StopLimit, _time);

        try
        {
            // One that reads nothing any more takes no drain either: the limit holds for both.
            await process.DrainAsync(limit.Token);
            await process.Closed.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Killed(process);
        }

        await process.DisposeAsync();
        await AwaitEndAsync(process);
        return true;
    }

    /// <summary>Nobody needs it any more: it is stopped unless somebody uses it by then.</summary>
    protected abstract bool IsDue(TProcess process);

    /// <summary>It was due, and has ended.</summary>
    protected abstract void Idled(TProcess process);

    /// <summary>
    /// It has ended, or will: called before another takes its place, for who heard of its end may ask for the next before its watcher is told. May be called twice.
    /// </summary>
    protected virtual void Over(TProcess process)
    {
    }

    /// <summary>It did not end by itself within <see cref="StopLimit"/>.</summary>
    protected abstract void Killed(TProcess process);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Sweep, _time);

        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var process in Resident.Where(IsDue))
                {
                    if (await StopAsync(process, evenInUse: false))
                    {
                        Idled(process);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync stops the rest.
        }
    }

    private async Task<Loading<TProcess>> StartAsync(TKey key, Func<CancellationToken, Task<Loading<TProcess>>> start, CancellationToken cancellationToken)
    {
        // Another flight may have landed meanwhile, or the one that is listed has just ended and is not yet taken off.
        if (Find(key) is { } other)
        {
            if (!other.IsOver)
            {
                return new Loading<TProcess>.Ready(other);
            }

            Over(other);
            Forget(other);
        }

        return await start(cancellationToken);
    }

    private Task AwaitEndAsync(TProcess process)
    {
        lock (_gate)
        {
            return _lives.Find(life => life.Process == process).End ?? Task.CompletedTask;
        }
    }

    private async Task WatchAsync(TProcess process, Func<Task> end)
    {
        await process.Closed;
        Over(process);
        Forget(process);
        await end();
        await process.DisposeAsync();
    }

    private void Forget(TProcess process)
    {
        lock (_gate)
        {
            if (_resident.GetValueOrDefault(process.Key) == process)
            {
                _resident.Remove(process.Key);
            }
        }
    }

    /// <summary>One that was added, and the task that completes with its end.</summary>
    private readonly record struct Life(TProcess Process, Task End);
}
