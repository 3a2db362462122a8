using System.Diagnostics;
using LoraFaaS.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>A program that runs confined and holds the other end of <see cref="Stream"/> as its descriptor 3.</summary>
internal sealed partial class ConfinedProcess : IAsyncDisposable
{
    private readonly ConfinedHome _home;
    private readonly Process _process;
    private readonly ConfinedOutput _output;
    private readonly CallWatch? _watch;
    private readonly ILogger _logger;

    public ConfinedProcess(ConfinedHome home, Process process, DescriptorStream stream, Task exited, ConfinedOutput output, CallWatch? watch, ILogger logger)
    {
        _home = home;
        _process = process;
        _output = output;
        _watch = watch;
        _logger = logger;
        ProcessId = process.Id;
        Stream = stream;
        Exited = exited;
    }

    public string Name => _home.Name;

    public int ProcessId { get; }

    public DescriptorStream Stream { get; }

    /// <summary>Completes when the kernel has reaped it: only then are its bytes free.</summary>
    public Task Exited { get; }

    /// <summary>Whose it is, once that is known: what it does that it may not is logged under this name.</summary>
    public void BelongTo(string owner)
    {
        _output.Owner = owner;
        _watch?.BelongTo(owner);
    }

    /// <summary>At once, and without a word to it.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        await EndAsync(_process, Exited);
        await _output.Ended;
        _watch?.Dispose();
        LogUnusualEnd();
        _process.Dispose();

        if (!_home.Remove())
        {
            LogHome(_home.Name);
        }
    }

    internal static async Task EndAsync(Process process, Task exited)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await exited;
    }

    /// <summary>A signal that nobody here sent: a write to what is sealed (11, or 6 from the runtime), or the memory limit (9).</summary>
    private void LogUnusualEnd()
    {
        const int Signalled = 128;

        if (_process.ExitCode is > Signalled and var code)
        {
            LogSignal(_home.Name, _output.Owner, code - Signalled);
        }
    }

    [LoggerMessage(3261, LogLevel.Warning, "{Process} of {Owner} ended by signal {Signal}")]
    private partial void LogSignal(string process, string owner, int signal);

    [LoggerMessage(3262, LogLevel.Warning, "The folder or a control group of {Process} cannot be removed yet")]
    private partial void LogHome(string process);
}
