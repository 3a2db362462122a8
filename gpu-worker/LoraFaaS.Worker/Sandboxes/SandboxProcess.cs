using System.Diagnostics;
using System.Net.Sockets;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// A sandbox program that is running and connected, whatever it has been told so far. Its socket lies in a folder only we can enter, is
/// accepted once, and is removed; no other process can come in its place.
/// </summary>
internal sealed partial class SandboxProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly ILogger _logger;

    private SandboxProcess(SandboxId id, Process process, string folder, DescriptorStream stream, Task exited, ILogger logger)
    {
        Id = id;
        ProcessId = process.Id;
        Stream = stream;
        Exited = exited;
        _process = process;
        _folder = folder;
        _logger = logger;
    }

    public SandboxId Id { get; }

    public int ProcessId { get; }

    public DescriptorStream Stream { get; }

    /// <summary>Completes when the kernel has reaped it: only then are its bytes free.</summary>
    public Task Exited { get; }

    /// <summary>Starts a program and waits for it to connect.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started.</exception>
    public static async Task<SandboxProcess> StartAsync(
        SandboxId id, SandboxProgram program, string runtimeFolder, ILogger logger, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(
            Path.Combine(runtimeFolder, id.Value), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var socketPath = Path.Combine(folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen(1);

        var process = new Process { StartInfo = program.StartInfo(socketPath, folder), EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => LogLine(logger, id, line.Data);
        process.ErrorDataReceived += (_, line) => LogLine(logger, id, line.Data);

        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            process.Dispose();
            Directory.Delete(folder, recursive: true);
            throw new SandboxStartException($"The sandbox program cannot be started: {failure.Message}", failure);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var exited = process.WaitForExitAsync(CancellationToken.None);

        try
        {
            var stream = await AcceptAsync(listener, process, exited, cancellationToken);
            File.Delete(socketPath);
            return new SandboxProcess(id, process, folder, stream, exited, logger);
        }
        catch
        {
            await EndAsync(process, exited);
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>At once, and without a word to it.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        await EndAsync(_process, Exited);

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException failure)
        {
            LogFolder(_logger, failure, _folder);
        }
    }

    private static async Task<DescriptorStream> AcceptAsync(Socket listener, Process process, Task exited, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var accepting = listener.AcceptAsync(either.Token).AsTask();

        if (await Task.WhenAny(accepting, exited) == exited)
        {
            await either.CancelAsync();
            throw new SandboxStartException($"The sandbox program ended with exit code {process.ExitCode} before it connected.");
        }

        // A sandbox has no business sending descriptors.
        return new DescriptorStream(await accepting, maxPending: 0);
    }

    private static async Task EndAsync(Process process, Task exited)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await exited;
        process.Dispose();
    }

    private static void LogLine(ILogger logger, SandboxId id, string? line)
    {
        if (!string.IsNullOrEmpty(line))
        {
            LogSaid(logger, id, line);
        }
    }

    [LoggerMessage(3201, LogLevel.Information, "Sandbox {Sandbox}: {Line}")]
    private static partial void LogSaid(ILogger logger, SandboxId sandbox, string line);

    [LoggerMessage(3202, LogLevel.Warning, "The private folder {Folder} of a sandbox cannot be removed")]
    private static partial void LogFolder(ILogger logger, Exception exception, string folder);
}
