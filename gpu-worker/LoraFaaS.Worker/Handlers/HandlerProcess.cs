using System.Diagnostics;
using System.Net.Sockets;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// A handler program that is running and connected, whosever it will be. Its folder is its own; the socket in it is accepted once and removed. What it
/// prints goes to the worker's log while it is a blank, and to its function's when it has one.
/// </summary>
internal sealed partial class HandlerProcess : IAsyncDisposable
{
    private const string CodeFolderName = "code";
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Process _process;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Action<string>? _said;
    private Task? _end;

    private HandlerProcess(HandlerId id, Process process, string folder, ILogger logger)
    {
        Id = id;
        _process = process;
        _folder = folder;
        _logger = logger;
    }

    public HandlerId Id { get; }

    public int ProcessId { get; private set; }

    /// <summary>Where its package is to lie.</summary>
    public string CodeFolder => Path.Combine(_folder, CodeFolderName);

    public DescriptorStream Stream { get; private set; } = null!;

    /// <summary>Completes when the kernel has reaped it and its output is read to the end.</summary>
    public Task Exited { get; private set; } = Task.CompletedTask;

    /// <summary>Only after <see cref="Exited"/>. Above 128: a signal's number and 128.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program and waits for it to connect.</summary>
    /// <exception cref="HandlerStartException">It ended first, or could not be started.</exception>
    public static async Task<HandlerProcess> StartAsync(
        HandlerId id, HandlerProgram program, SandboxLauncher launcher, string runtimeFolder, ILogger logger, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(runtimeFolder, id.Value), OwnersAlone).FullName;
        Directory.CreateDirectory(Path.Combine(folder, CodeFolderName), OwnersAlone);
        var socketPath = Path.Combine(folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen(1);

        var process = new Process { StartInfo = program.StartInfo(socketPath, folder), EnableRaisingEvents = true };
        var handler = new HandlerProcess(id, process, folder, logger);

        try
        {
            await launcher.StartAsync(process);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            process.Dispose();
            Directory.Delete(folder, recursive: true);
            throw new HandlerStartException($"The handler program cannot be started: {failure.Message}", failure);
        }

        handler.Begin();

        try
        {
            handler.Stream = await handler.AcceptAsync(listener, cancellationToken);
            File.Delete(socketPath);
            return handler;
        }
        catch
        {
            await handler.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on its output is a function's.</summary>
    public void SpeakFor(Action<string> said) => Volatile.Write(ref _said, said);

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
    public async ValueTask DisposeAsync()
    {
        Task end;

        lock (_gate)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    private void Begin()
    {
        ProcessId = _process.Id;
        _process.StandardInput.Close();
        Exited = Task.WhenAll(
            BoundedLines.ReadAsync(_process.StandardOutput.BaseStream, HandlerLimits.MaxLineChars, Say),
            BoundedLines.ReadAsync(_process.StandardError.BaseStream, HandlerLimits.MaxLineChars, Say),
            _process.WaitForExitAsync(CancellationToken.None));
    }

    private void Say(string line)
    {
        if (Volatile.Read(ref _said) is { } said)
        {
            said(line);
            return;
        }

        LogSaid(Id, line);
    }

    private async Task<DescriptorStream> AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var accepting = listener.AcceptAsync(either.Token).AsTask();

        if (await Task.WhenAny(accepting, Exited) == Exited)
        {
            await either.CancelAsync();
            throw new HandlerStartException($"The handler program ended with exit code {_process.ExitCode} before it connected.");
        }

        // Tenants' code has no business sending descriptors.
        return new DescriptorStream(await accepting, maxPending: 0);
    }

    private async Task EndAsync()
    {
        if (Stream is { } stream)
        {
            await stream.DisposeAsync();
        }

        if (!_process.HasExited)
        {
            Kill();
        }

        await Exited;
        _process.Dispose();

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException failure)
        {
            LogFolder(failure, _folder);
        }
    }

    [LoggerMessage(3601, LogLevel.Information, "Handler {Handler}: {Line}")]
    private partial void LogSaid(HandlerId handler, string line);

    [LoggerMessage(3602, LogLevel.Warning, "The private folder {Folder} of a handler cannot be removed")]
    private partial void LogFolder(Exception exception, string folder);
}
