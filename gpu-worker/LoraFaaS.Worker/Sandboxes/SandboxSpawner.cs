using System.Globalization;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Isolation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Starts sandbox programs, some of them before anybody needs one: a blank process has done everything that does not depend on whose it
/// will be. The pool's channel is its bound: the loop starts the next blank when one was taken, or ended while it waited.
/// </summary>
internal sealed partial class SandboxSpawner : BackgroundService
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest the next blank waits for the first tokens of the cold starts that wait when it is wanted: longer than a long prompt takes. Those that come
    /// later it does not wait for, since where they never end the blanks are what helps them.
    /// </summary>
    private static readonly TimeSpan GiveWay = TimeSpan.FromSeconds(15);

    /// <summary>Longest a blank may take to read what it is to prepare; whoever wants one waits as long.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    private readonly SandboxProgram _program;
    private readonly ConfinedLauncher _launcher;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SandboxSpawner> _logger;
    private readonly NextBackbone _next;
    private readonly ColdInvocations _cold;
    private readonly Channel<SandboxProcess> _blanks;
    private readonly SemaphoreSlim _pool = new(1, 1);
    private Task? _room;
    private int _lastId;

    public SandboxSpawner(
        SandboxProgram program, ConfinedLauncher launcher, NextBackbone next, ColdInvocations cold, IOptions<WorkerOptions> options, TimeProvider time,
        ILogger<SandboxSpawner> logger)
    {
        _program = program;
        _launcher = launcher;
        _options = options.Value;
        _time = time;
        _next = next;
        _next.Serve(LetGoAsync);
        _cold = cold;
        _logger = logger;
        _blanks = Channel.CreateBounded<SandboxProcess>(new BoundedChannelOptions(Math.Max(1, _options.BlankSandboxes)));
    }

    /// <summary>A blank when one is there, else a new one.</summary>
    public async Task<SandboxProcess> TakeAsync(CancellationToken cancellationToken) =>
        await TryTakeBlankAsync(cancellationToken) ?? await SpawnAsync(cancellationToken);

    /// <summary>Blank processes that wait to be used.</summary>
    public int Blanks => _options.BlankSandboxes == 0 ? 0 : _blanks.Reader.Count;

    /// <summary>Completes when a blank is there. Not null: this worker keeps none.</summary>
    public async Task<Problem?> EnsureBlankAsync(CancellationToken cancellationToken)
    {
        if (_options.BlankSandboxes == 0)
        {
            return new Problem(ErrorCode.InvalidRequest, "This worker keeps no blank sandboxes (Worker:BlankSandboxes is 0).", "tier");
        }

        await _blanks.Reader.WaitToReadAsync(cancellationToken);
        return null;
    }

    public override void Dispose()
    {
        _pool.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        while (_blanks.Reader.TryRead(out var blank))
        {
            await blank.DisposeAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.BlankSandboxes == 0)
        {
            return;
        }

        try
        {
            while (true)
            {
                var change = _next.ChangeAsync(stoppingToken);

                if (_blanks.Reader.Count < _options.BlankSandboxes)
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
                    await Task.Delay(RetryAfterFailure, _time, stoppingToken);
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
            LogNoBlank(failure);
            await Task.Delay(RetryAfterFailure, _time, stoppingToken);
        }
    }

    /// <summary>Prepared and pooled in one: whoever lets a backbone go finds every blank that holds it.</summary>
    private async Task PoolAsync(SandboxProcess blank, CancellationToken stoppingToken)
    {
        await _pool.WaitAsync(stoppingToken);

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

    private async Task GiveWayAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _cold.PresentAsync().WaitAsync(GiveWay, _time, stoppingToken);
        }
        catch (TimeoutException)
        {
            // A first token that takes this long is not the next blank's doing.
        }
    }

    private async Task<SandboxProcess?> TryTakeBlankAsync(CancellationToken cancellationToken)
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

                LogBlankDied(blank.Id);
                await blank.DisposeAsync();
            }

            return null;
        }
        finally
        {
            _pool.Release();
        }
    }

    /// <summary>Those that wait already, when another backbone is expected than they were prepared for. One that has ended makes room for another.</summary>
    /// <returns>The ends of those that wait on.</returns>
    private async Task<IReadOnlyList<Task>> PrepareBlanksAsync(CancellationToken stoppingToken)
    {
        List<Task> ends = [];
        await _pool.WaitAsync(stoppingToken);

        try
        {
            for (var left = _blanks.Reader.Count; left > 0 && _blanks.Reader.TryRead(out var blank); left--)
            {
                if (blank.Exited.IsCompleted)
                {
                    LogBlankDied(blank.Id);
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
            LogNoBlank(failure);
        }
        finally
        {
            _pool.Release();
        }

        return ends;
    }

    private async Task PrepareAsync(SandboxProcess blank, CancellationToken stoppingToken)
    {
        if (_next.Current is not { } backbone || blank.Prepared == backbone.Digest)
        {
            return;
        }

        using var limit = new CancellationTokenSource(ReadLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);

        try
        {
            await blank.PrepareAsync(backbone, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            await blank.DisposeAsync();
            throw new SandboxStartException($"Blank {blank.Id} read nothing for {ReadLimit}.");
        }
        catch
        {
            await blank.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the blanks that have mapped a backbone that is to leave.</summary>
    private async Task LetGoAsync(Digest backbone)
    {
        await _pool.WaitAsync(CancellationToken.None);

        try
        {
            for (var left = _blanks.Reader.Count; left > 0 && _blanks.Reader.TryRead(out var blank); left--)
            {
                if (blank.Prepared == backbone)
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

    private async Task PutBackAsync(SandboxProcess blank)
    {
        if (!_blanks.Writer.TryWrite(blank))
        {
            await blank.DisposeAsync();
        }
    }

    private async Task<SandboxProcess> SpawnAsync(CancellationToken cancellationToken)
    {
        var id = new SandboxId(string.Create(CultureInfo.InvariantCulture, $"sandbox-{Interlocked.Increment(ref _lastId)}"));
        using var limit = new CancellationTokenSource(_options.SandboxStart, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            return await SandboxProcess.StartAsync(id, _program, _launcher, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SandboxStartException($"The sandbox program did not connect within {_options.SandboxStart}.");
        }
    }

    [LoggerMessage(3221, LogLevel.Error, "No blank sandbox could be started")]
    private partial void LogNoBlank(Exception exception);

    [LoggerMessage(3222, LogLevel.Warning, "Blank sandbox {Sandbox} ended before it was used")]
    private partial void LogBlankDied(SandboxId sandbox);
}
