using System.Globalization;
using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Starts sandbox programs, some of them before anybody needs one: a blank process has done everything that does not depend on whose it
/// will be. The pool's channel is its bound: the loop starts the next blank when one was taken.
/// </summary>
internal sealed partial class SandboxSpawner : BackgroundService
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SandboxProgram _program;
    private readonly ConfinedLauncher _launcher;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SandboxSpawner> _logger;
    private readonly Channel<SandboxProcess> _blanks;
    private int _lastId;

    public SandboxSpawner(
        SandboxProgram program, ConfinedLauncher launcher, IOptions<WorkerOptions> options, TimeProvider time, ILogger<SandboxSpawner> logger)
    {
        _program = program;
        _launcher = launcher;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _blanks = Channel.CreateBounded<SandboxProcess>(new BoundedChannelOptions(Math.Max(1, _options.BlankSandboxes)) { SingleWriter = true });
    }

    /// <summary>A blank when one is there, else a new one.</summary>
    public async Task<SandboxProcess> TakeAsync(CancellationToken cancellationToken)
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

        return await SpawnAsync(cancellationToken);
    }

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
            while (await _blanks.Writer.WaitToWriteAsync(stoppingToken))
            {
                await PutBlankAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: no more blanks.
        }
    }

    private async Task PutBlankAsync(CancellationToken stoppingToken)
    {
        try
        {
            var blank = await SpawnAsync(stoppingToken);

            if (!_blanks.Writer.TryWrite(blank))
            {
                await blank.DisposeAsync();
            }
        }
        catch (SandboxStartException failure)
        {
            // An invocation that needs one will try itself and tell its caller; here only the log can.
            LogNoBlank(failure);
            await Task.Delay(RetryAfterFailure, _time, stoppingToken);
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
