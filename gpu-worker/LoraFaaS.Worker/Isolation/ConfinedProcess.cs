using System.Diagnostics;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>A program that runs confined and holds the other end of <see cref="Stream"/> as its descriptor 3.</summary>
internal sealed partial class ConfinedProcess : IConfinedProcess
{
    private static readonly TimeSpan LastMoment = TimeSpan.FromMilliseconds(50);

    private readonly ConfinedHome _home;
    private readonly Process _process;
    private readonly ConfinedOutput _output;
    private readonly CallWatch? _watch;
    private readonly ConfinedOwner _owner;
    private readonly ConfinedResources _resources;
    private readonly ResourceWatch _looks;
    private readonly ViolationMetrics _violations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _killed;

    public ConfinedProcess(
        ConfinedHome home, ConfinedOwner owner, Process process, DescriptorStream stream, Task exited, ConfinedOutput output, CallWatch? watch,
        ConfinedResources resources, ConfinedSurroundings around, ILogger logger)
    {
        _owner = owner;
        _resources = resources;
        _looks = around.Looks;
        _violations = around.Violations;
        _time = around.Time;
        _home = home;
        _process = process;
        _output = output;
        _watch = watch;
        _logger = logger;
        ProcessId = process.Id;
        Stream = stream;
        Exited = exited;
        _looks.Begin(resources);
    }

    public string Name => _home.Name;

    public int ProcessId { get; }

    public DescriptorStream Stream { get; }

    /// <summary>Completes when the kernel has reaped it: only then are its bytes free.</summary>
    public Task Exited { get; }

    /// <summary>Only after <see cref="Exited"/> and before disposal. Above 128: a signal's number and 128.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it prints goes here from now on, and no longer to the worker's log: floods are then the listener's to bound.</summary>
    public void SpeakTo(Action<string> said)
    {
        _output.Listener = said;
        _owner.Told = said;
    }

    /// <summary>Whose it is, once that is known: what it does that it may not is logged under this name.</summary>
    public ConfinedOwner Owner => _owner;

    public bool TryLimitMemory(long bytes) => _home.TryLimitMemory(bytes);

    /// <summary>At once, and without a word to it.</summary>
    public void Kill()
    {
        Interlocked.Exchange(ref _killed, 1);
        _process.Kill();
    }

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        // One that ends by itself closes its socket a moment before it is gone: its own end is the one to write down.
        await Task.WhenAny(Exited, Task.Delay(LastMoment, _time));

        if (!_process.HasExited)
        {
            Interlocked.Exchange(ref _killed, 1);
        }

        await EndAsync(_process, Exited);
        await _output.Ended;
        _watch?.Dispose();
        _looks.End(_resources);
        _resources.LastLook();
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
        const int Killed = Signalled + (int)Signal.Kill;

        if (_process.ExitCode is > Signalled and var code && (code != Killed || Volatile.Read(ref _killed) == 0))
        {
            _violations.Count(Violation.Signal);
            LogSignal(_home.Name, _owner.ToString(), code - Signalled);
        }
    }

    [LoggerMessage(3261, LogLevel.Warning, "{Process} of {Owner} ended by signal {Signal}")]
    private partial void LogSignal(string process, string owner, int signal);

    [LoggerMessage(3262, LogLevel.Warning, "The folder or a control group of {Process} cannot be removed yet")]
    private partial void LogHome(string process);
}
