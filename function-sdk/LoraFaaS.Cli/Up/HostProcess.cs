using System.Diagnostics;
using System.Text.Json;

namespace LoraFaaS.Cli.Up;

/// <summary>
/// One running host: its process, its log file and its ready file. It stops when its standard input closes,
/// so that it does not outlive this process, however this process ends.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const int KeptErrorLines = 12;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly string _readyFile;
    private readonly Queue<string> _lastErrors = new();
    private readonly Lock _gate = new();
    private readonly HostLog _log;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(HostKind kind, Process process, string readyFile, HostLog log)
    {
        Kind = kind;
        _process = process;
        _readyFile = readyFile;
        _log = log;
    }

    public HostKind Kind { get; }

    public int Pid => _process.Id;

    public Task Exited => _exited.Task;

    public int ExitCode => _process.ExitCode;

    /// <param name="kind">Which host.</param>
    /// <param name="program">Its assembly.</param>
    /// <param name="arguments">Its own.</param>
    /// <param name="data">Where it writes that it is ready.</param>
    /// <param name="log">Where its lines go.</param>
    /// <param name="succeeds">Another process of it serves on until this one does: what it wrote stands until then.</param>
    public static HostProcess Start(HostKind kind, string program, IReadOnlyList<string> arguments, DataFolder data, HostLog log, bool succeeds = false)
    {
        var readyFile = data.ReadyFileOf(kind);

        if (!succeeds)
        {
            File.Delete(readyFile);
        }

        var start = new ProcessStartInfo(HostPrograms.DotnetPath)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = data.Path,
        };
        start.ArgumentList.Add(program);

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in new[] { "--Host:ReadyFile", readyFile, "--Host:ExitWithParent", "true", "--Internal:TokenFile", data.TokenFile })
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var host = new HostProcess(kind, process, readyFile, log);
        process.Exited += (_, _) => host._exited.TrySetResult();
        process.OutputDataReceived += (_, line) => host.Write(line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => host.Write(line.Data, isError: true);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Waits until the host listens. Looks for its file rather than watching the folder: watches are few on a machine with many processes.</summary>
    /// <exception cref="UsageException">It exited instead; the message is what it said last.</exception>
    public async Task<HostReadyFile> WaitUntilReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var look = new PeriodicTimer(LookEvery, time);

        while (true)
        {
            if (await TryReadAsync(cancellationToken) is { } ready)
            {
                return ready;
            }

            if (Exited.IsCompleted)
            {
                // The exit event can come before the last lines were read.
                await _process.WaitForExitAsync(cancellationToken);
                throw new UsageException(FailureText());
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Closes its standard input, waits for a clean end, and kills it after the grace time.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The pipe is broken because the process has gone: what we want.
        }

        try
        {
            await Exited.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    /// <summary>Null: this process has not written it yet.</summary>
    private async Task<HostReadyFile?> TryReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_readyFile))
        {
            return null;
        }

        var ready = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(_readyFile, cancellationToken), CliJson.Default.HostReadyFile)
            ?? throw new UsageException($"{_readyFile} is empty.");
        return ready.Pid == Pid ? ready : null;
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has exited already.
        }
    }

    private void Write(string? line, bool isError)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _log.Write(line);

            if (isError)
            {
                _lastErrors.Enqueue(line);

                if (_lastErrors.Count > KeptErrorLines)
                {
                    _lastErrors.Dequeue();
                }
            }
        }
    }

    private string FailureText()
    {
        lock (_gate)
        {
            var said = _lastErrors.Count > 0 ? string.Join(Environment.NewLine, _lastErrors) : $"exit code {_process.ExitCode}";
            return $"The {Kind.ToString().ToLowerInvariant()} did not start: {said}";
        }
    }
}
