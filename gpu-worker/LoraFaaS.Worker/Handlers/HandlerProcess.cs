using LoraFaaS.Linux.Sockets;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// A handler program that is running and confined, whosever it will be. It may read one folder, which is empty until it has a function; what it
/// prints goes to the worker's log while it is a blank, and to its function's when it has one.
/// </summary>
internal sealed class HandlerProcess : IBlankProcess
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Readable = Passable | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly ConfinedProcess _process;

    private HandlerProcess(HandlerId id, ConfinedProcess process, string codeFolder)
    {
        Id = id;
        CodeFolder = codeFolder;
        _process = process;
    }

    public HandlerId Id { get; }

    public string Name => Id.Value;

    /// <summary>Where its package is to lie.</summary>
    public string CodeFolder { get; }

    public int ProcessId => _process.ProcessId;

    public DescriptorStream Stream => _process.Stream;

    /// <summary>Completes when the kernel has reaped it.</summary>
    public Task Exited => _process.Exited;

    /// <summary>Only after <see cref="Exited"/>. Above 128: a signal's number and 128.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program and waits until it is confined.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started or confined.</exception>
    public static async Task<HandlerProcess> StartAsync(HandlerId id, HandlerProgram program, ConfinedLauncher launcher, RuntimeFolder folder, CancellationToken cancellationToken)
    {
        // Before the process: a rule about files is about those that are there when it is made.
        var home = Directory.CreateDirectory(Path.Combine(folder.Path, id.Value), Passable).FullName;
        var code = Directory.CreateDirectory(Path.Combine(home, "code")).FullName;
        File.SetUnixFileMode(code, Readable);
        return new HandlerProcess(id, await launcher.StartAsync(id.Value, program.Confined(code), cancellationToken), code);
    }

    /// <summary>From now on its output is a function's, and what it does that it may not is logged under that name.</summary>
    public void BelongTo(string function, Action<string> said)
    {
        _process.Owner.Become(function);
        _process.SpeakTo(said);
    }

    /// <summary>At once, and without a word to it.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has gone by itself.
        }
    }

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
