using System.Threading.Channels;
using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Up;

/// <summary>
/// Keeps one host running: starts it, tells when it is ready, and starts it again on the same addresses when it dies
/// (after 100 ms, doubling to 5 s while it keeps dying).
/// </summary>
internal sealed class Supervisor(
    HostKind kind, string program, Func<HostReadyFile?, IReadOnlyList<string>> arguments, DataFolder data, StepLog progress, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    // Asked for twice while one is under way is asked for once more.
    private readonly Channel<bool> _replacements = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<HostProcess> _succeeded = [];
    private readonly HostLog _log = new(data.LogFileOf(kind));
    private HostProcess? _current;

    public HostKind Kind => kind;

    /// <summary>Where it listens; the same after every restart.</summary>
    public HostReadyFile? Ready { get; private set; }

    /// <summary>Starts it for the first time.</summary>
    /// <exception cref="UsageException">It does not start; nothing is retried, since the reason is a setting.</exception>
    public async Task<HostReadyFile> StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        _current = HostProcess.Start(kind, program, arguments(null), data, _log);
        Ready = await _current.WaitUntilReadyAsync(time, cancellationToken);
        progress.Done(kind.ToString().ToLowerInvariant(), $"ready at {Ready.Urls["http"]}", time.GetElapsedTime(started));
        return Ready;
    }

    /// <summary>Asks for another process in this one's place, without a moment between them; for a host that takes over from itself.</summary>
    public void Replace() => _replacements.Writer.TryWrite(true);

    /// <summary>Runs until cancelled, restarting the host whenever it dies; then stops it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var delay = FirstDelay;
        var replacement = _replacements.Reader.WaitToReadAsync(stopping).AsTask();

        while (!stopping.IsCancellationRequested)
        {
            var since = time.GetTimestamp();

            try
            {
                await Task.WhenAny(_current!.Exited, replacement).WaitAsync(stopping);
                stopping.ThrowIfCancellationRequested();

                if (!_current.Exited.IsCompleted)
                {
                    _replacements.Reader.TryRead(out _);
                    replacement = _replacements.Reader.WaitToReadAsync(stopping).AsTask();
                    await ReplaceAsync(stopping);
                    continue;
                }

                var lived = time.GetElapsedTime(since);
                delay = lived > HealthyAfter ? FirstDelay : delay;
                await Task.Delay(delay, time, stopping);
                delay = delay * 2 > LongestDelay ? LongestDelay : delay * 2;
                progress.Warn($"{kind.ToString().ToLowerInvariant()} exited with code {_current.ExitCode}; starting it again");
                await _current.DisposeAsync();
                _current = HostProcess.Start(kind, program, arguments(Ready), data, _log);
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

    /// <summary>Stops it, and what it has succeeded and still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        var processes = _current is null ? _succeeded : [.. _succeeded, _current];
        await Task.WhenAll(processes.Select(process => process.StopAsync(Grace, time)));

        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        _current = null;
        _succeeded.Clear();
        await _log.DisposeAsync();
    }

    /// <summary>The one that serves goes on until the other does, and then ends by itself. One that does not start changes nothing.</summary>
    private async Task ReplaceAsync(CancellationToken stopping)
    {
        await DisposeEndedAsync();
        var next = HostProcess.Start(kind, program, arguments(Ready), data, _log, succeeds: true);

        try
        {
            var began = time.GetTimestamp();
            Ready = await next.WaitUntilReadyAsync(time, stopping);
            _succeeded.Add(_current!);
            _current = next;
            progress.Done(kind.ToString().ToLowerInvariant(), $"process {Ready.Pid} has taken over", time.GetElapsedTime(began));
        }
        catch
        {
            await next.DisposeAsync();
            throw;
        }
    }

    private async Task DisposeEndedAsync()
    {
        foreach (var ended in _succeeded.Where(process => process.Exited.IsCompleted).ToList())
        {
            _succeeded.Remove(ended);
            await ended.DisposeAsync();
        }
    }
}
