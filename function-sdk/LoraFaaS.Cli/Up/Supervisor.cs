using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Up;

/// <summary>
/// Keeps one host running: starts it, tells when it is ready, and starts it again on the same addresses when it dies
/// (after 100 ms, doubling to 5 s while it keeps dying).
/// </summary>
internal sealed class Supervisor(
    HostKind kind, string program, Func<HostReadyFile?, IReadOnlyList<string>> arguments, DataFolder data, StepLog progress, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private HostProcess? _current;

    public HostKind Kind => kind;

    /// <summary>Where it listens; the same after every restart.</summary>
    public HostReadyFile? Ready { get; private set; }

    /// <summary>Starts it for the first time.</summary>
    /// <exception cref="UsageException">It does not start; nothing is retried, since the reason is a setting.</exception>
    public async Task<HostReadyFile> StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        _current = HostProcess.Start(kind, program, arguments(null), data);
        Ready = await _current.WaitUntilReadyAsync(time, cancellationToken);
        progress.Done(kind.ToString().ToLowerInvariant(), $"ready at {Ready.Urls["http"]}", time.GetElapsedTime(started));
        return Ready;
    }

    /// <summary>Runs until cancelled, restarting the host whenever it dies; then stops it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var delay = FirstDelay;

        while (!stopping.IsCancellationRequested)
        {
            var since = time.GetTimestamp();

            try
            {
                await _current!.Exited.WaitAsync(stopping);
                var lived = time.GetElapsedTime(since);
                delay = lived > HealthyAfter ? FirstDelay : delay;
                await Task.Delay(delay, time, stopping);
                delay = delay * 2 > LongestDelay ? LongestDelay : delay * 2;
                progress.Warn($"{kind.ToString().ToLowerInvariant()} exited with code {_current.ExitCode}; starting it again");
                await _current.DisposeAsync();
                _current = HostProcess.Start(kind, program, arguments(Ready), data);
                Ready = await _current.WaitUntilReadyAsync(time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (UsageException e)
            {
                progress.Warn(e.Message);
            }
        }
    }

    public async Task StopAsync()
    {
        if (_current is { } process)
        {
            await process.StopAsync(Grace, time);
            await process.DisposeAsync();
            _current = null;
        }
    }
}
