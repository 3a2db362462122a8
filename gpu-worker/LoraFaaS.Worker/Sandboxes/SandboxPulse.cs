using LoraFaaS.Worker.Configuration;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Asks one sandbox again and again whether it is there, and ends the process when it is not: frozen, spinning, or deep in a step that does
/// not end. What it was serving is taken up by another. Counts pings and not time, so that a worker that was itself held up blames nobody.
/// </summary>
internal sealed partial class SandboxPulse(SandboxKey key, SandboxProcess process, SandboxChannel channel, WorkerOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Pings within the time of silence: the last one is missed at most a quarter of it late.</summary>
    private const int PingsBeforeSilence = 4;

    private readonly TimeSpan _interval = options.SandboxSilence / PingsBeforeSilence;
    private ulong _sent;
    private int _silent;
    private ulong _turns;
    private int _stalled;

    /// <summary>Until it has ended or is to be left alone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var stallPings = (int)Math.Ceiling(options.SandboxStall / _interval);
        using var timer = new PeriodicTimer(_interval, time);

        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken) && !channel.Closed.IsCompleted)
            {
                Listen();

                if (_silent >= PingsBeforeSilence)
                {
                    LogSilent(process.Id, key, options.SandboxSilence);
                    process.Kill();
                    return;
                }

                if (_stalled >= stallPings)
                {
                    LogStalled(process.Id, key, options.SandboxStall);
                    process.Kill();
                    return;
                }

                _sent++;
                channel.TryPing(_sent);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is being stopped in good order, or has ended.
        }
    }

    private void Listen()
    {
        var pong = channel.LastPong;
        _silent = _sent > 0 && pong.Number < _sent ? _silent + 1 : 0;
        _stalled = _sent > 0 && pong.Turns == _turns ? _stalled + 1 : 0;
        _turns = pong.Turns;
    }

    [LoggerMessage(3251, LogLevel.Warning, "Sandbox {Sandbox} of {Key} has answered nothing for {Silence}; it is ended, and another takes up what it served")]
    private partial void LogSilent(Contracts.Identity.SandboxId sandbox, SandboxKey key, TimeSpan silence);

    [LoggerMessage(3252, LogLevel.Warning, "Sandbox {Sandbox} of {Key} has been in one step for {Stall}; it is ended, and another takes up what it served")]
    private partial void LogStalled(Contracts.Identity.SandboxId sandbox, SandboxKey key, TimeSpan stall);
}
