using System.Globalization;
using System.Threading.Channels;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// Starts confined programs of one kind, some of them before anybody needs one: a blank has done everything that does not depend on whose it will be.
/// The pool's channel is its bound: the loop starts the next blank when one was taken, or ended while it waited.
/// </summary>
/// <param name="kind">The first part of a process's name, and what the log calls it.</param>
/// <param name="count">Blanks that wait; 0: none, each is started when it is wanted.</param>
/// <param name="startLimit">Longest from a program's start to its greeting.</param>
internal abstract class BlankSpawner<TProcess>(string kind, int count, TimeSpan startLimit, TimeProvider time, ILogger logger) : BackgroundService
    where TProcess : class, IBlankProcess
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Channel<TProcess> _blanks = Channel.CreateBounded<TProcess>(new BoundedChannelOptions(Math.Max(1, count)));
    private readonly SemaphoreSlim _pool = new(1, 1);
    private Task? _room;
    private int _lastId;
    private volatile int _looked;

    /// <summary>Blank processes that may be taken at once.</summary>
    public int Blanks => count == 0 ? 0 : _blanks.Reader.Count;

    /// <summary>Those and one that prepares something while it waits.</summary>
    public int Kept => count == 0 ? 0 : Math.Min(count, Blanks + _looked);

    /// <summary>A blank when one is there, else a new one.</summary>
    public async Task<TProcess> TakeAsync(CancellationToken cancellationToken) =>
        await TryTakeBlankAsync(cancellationToken) ?? await SpawnAsync(cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        while (_blanks.Reader.TryRead(out var blank))
        {
            await blank.DisposeAsync();
        }
    }

    public override void Dispose()
    {
        _pool.Dispose();
        base.Dispose();
    }

    /// <summary>Starts a program and waits until it is confined.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started.</exception>
    protected abstract Task<TProcess> StartAsync(string name, CancellationToken cancellationToken);

    /// <summary>Completes when the next blank may begin.</summary>
    protected virtual Task GiveWayAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What a blank can do ahead as things stand; asked again after each <see cref="ChangeAsync"/>. One that fails is disposed here.</summary>
    /// <exception cref="SandboxStartException">It has ended, or reads nothing.</exception>
    protected virtual Task PrepareAsync(TProcess blank, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Completes when blanks that wait have something else to prepare.</summary>
    protected virtual Task ChangeAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);

    /// <summary>Completes when a blank waits. Only where blanks are kept.</summary>
    protected async Task WaitForBlankAsync(CancellationToken cancellationToken) => await _blanks.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Ends those of the blanks that wait.</summary>
    protected async Task EndAsync(Predicate<TProcess> leaving)
    {
        await _pool.WaitAsync(CancellationToken.None);

        try
        {
            for (var left = _blanks.Reader.Count; left > 0 && _blanks.Reader.TryRead(out var blank); left--)
            {
                if (leaving(blank))
                {
                    await blank.DisposeAsync();
                }
                else
                {
                    await PutBackAsync(blank);
                }
            }
        }
        finally
        {
            _pool.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (count == 0)
        {
            return;
        }

        try
        {
            while (true)
            {
                var change = ChangeAsync(stoppingToken);

                if (_blanks.Reader.Count < count)
                {
                    await PutBlankAsync(stoppingToken);
                    continue;
                }

                var ended = await PrepareBlanksAsync(stoppingToken);
                await Task.WhenAny([change, RoomAsync(stoppingToken), .. ended]);
                stoppingToken.ThrowIfCancellationRequested();

                if (ended.Any(end => end.IsCompleted))
                {
                    // A program that ends again and again is started no oftener than one that does not start.
                    await Task.Delay(RetryAfterFailure, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: no more blanks.
        }
    }

    /// <summary>One wait at a time: a change of mind ends no wait for room.</summary>
    private Task RoomAsync(CancellationToken stoppingToken) =>
        _room is { IsCompleted: false } waiting ? waiting : _room = _blanks.Writer.WaitToWriteAsync(stoppingToken).AsTask();

    private async Task PutBlankAsync(CancellationToken stoppingToken)
    {
        try
        {
            await GiveWayAsync(stoppingToken);
            await PoolAsync(await SpawnAsync(stoppingToken), stoppingToken);
        }
        catch (SandboxStartException failure)
        {
            // An invocation that needs one will try itself and tell its caller; here only the log can.
            BlankLog.NoBlank(logger, kind, failure);
            await Task.Delay(RetryAfterFailure, time, stoppingToken);
        }
    }

    /// <summary>Prepared and pooled in one: whoever ends blanks finds every one that is prepared.</summary>
    private async Task PoolAsync(TProcess blank, CancellationToken stoppingToken)
    {
        try
        {
            await _pool.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // It is in no pool that is emptied at the end.
            await blank.DisposeAsync();
            throw;
        }

        try
        {
            await PrepareAsync(blank, stoppingToken);
            await PutBackAsync(blank);
        }
        finally
        {
            _pool.Release();
        }
    }

    private async Task<TProcess?> TryTakeBlankAsync(CancellationToken cancellationToken)
    {
        await _pool.WaitAsync(cancellationToken);

        try
        {
            while (_blanks.Reader.TryRead(out var blank))
            {
                if (!blank.Exited.IsCompleted)
                {
                    return blank;
                }

                BlankLog.Died(logger, blank.Name);
                await blank.DisposeAsync();
            }

            return null;
        }
        finally
        {
            _pool.Release();
        }
    }

    /// <summary>Those that wait already, for what has changed. One that has ended makes room for another.</summary>
    /// <returns>The ends of those that wait on.</returns>
    private async Task<IReadOnlyList<Task>> PrepareBlanksAsync(CancellationToken stoppingToken)
    {
        List<Task> ends = [];
        await _pool.WaitAsync(stoppingToken);

        try
        {
            // Off the list for as long as it is looked at, and still one that waits.
            _looked = 1;

            for (var left = _blanks.Reader.Count; left > 0 && _blanks.Reader.TryRead(out var blank); left--)
            {
                if (blank.Exited.IsCompleted)
                {
                    BlankLog.Died(logger, blank.Name);
                    await blank.DisposeAsync();
                    continue;
                }

                await PrepareAsync(blank, stoppingToken);
                await PutBackAsync(blank);
                ends.Add(blank.Exited);
            }
        }
        catch (SandboxStartException failure)
        {
            BlankLog.NoBlank(logger, kind, failure);
        }
        finally
        {
            _looked = 0;
            _pool.Release();
        }

        return ends;
    }

    private async Task PutBackAsync(TProcess blank)
    {
        if (!_blanks.Writer.TryWrite(blank))
        {
            await blank.DisposeAsync();
        }
    }

    private async Task<TProcess> SpawnAsync(CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{kind}-{Interlocked.Increment(ref _lastId)}");
        using var limit = new CancellationTokenSource(startLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            return await StartAsync(name, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SandboxStartException($"The {kind} program did not connect within {startLimit}.");
        }
    }
}
