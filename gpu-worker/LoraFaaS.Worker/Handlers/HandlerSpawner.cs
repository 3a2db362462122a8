using System.Globalization;
using System.Threading.Channels;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Starts handler programs, some before anybody needs one: a blank's runtime is up, and only the author's assembly is missing.</summary>
internal sealed partial class HandlerSpawner : BackgroundService
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly HandlerProgram _program;
    private readonly ConfinedLauncher _launcher;
    private readonly RuntimeFolder _folder;
    private readonly HandlerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HandlerSpawner> _logger;
    private readonly Channel<HandlerProcess> _blanks;
    private int _lastId;

    public HandlerSpawner(
        HandlerProgram program, ConfinedLauncher launcher, RuntimeFolder folder, IOptions<HandlerOptions> options, TimeProvider time, ILogger<HandlerSpawner> logger)
    {
        _program = program;
        _launcher = launcher;
        _folder = folder;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _blanks = Channel.CreateBounded<HandlerProcess>(new BoundedChannelOptions(Math.Max(1, _options.Blanks)) { SingleWriter = true });
    }

    /// <summary>A blank when one is there, else a new one.</summary>
    public async Task<HandlerProcess> TakeAsync(CancellationToken cancellationToken)
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
    public int Blanks => _options.Blanks == 0 ? 0 : _blanks.Reader.Count;

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
        if (_options.Blanks == 0)
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

    private async Task<HandlerProcess> SpawnAsync(CancellationToken cancellationToken)
    {
        var id = new HandlerId(string.Create(CultureInfo.InvariantCulture, $"handler-{Interlocked.Increment(ref _lastId)}"));
        using var limit = new CancellationTokenSource(_options.Start, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            return await HandlerProcess.StartAsync(id, _program, _launcher, _folder, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SandboxStartException($"The handler program did not connect within {_options.Start}.");
        }
    }

    [LoggerMessage(3611, LogLevel.Error, "No blank handler could be started")]
    private partial void LogNoBlank(Exception exception);

    [LoggerMessage(3612, LogLevel.Warning, "Blank handler {Handler} ended before it was used")]
    private partial void LogBlankDied(HandlerId handler);
}
