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
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(HostKind kind, Process process, string readyFile, StreamWriter log)
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

    public static HostProcess Start(HostKind kind, string program, IReadOnlyList<string> arguments, DataFolder data)
    {
        var name = kind.ToString().ToLowerInvariant();
        var readyFile = data.ReadyFileOf(kind);
        File.Delete(readyFile);

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

        var log = new StreamWriter(new FileStream(Path.Combine(data.LogFolder, name + ".log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
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

        while (!File.Exists(_readyFile))
        {
            if (Exited.IsCompleted)
            {
                // The exit event can come before the last lines were read.
                await _process.WaitForExitAsync(cancellationToken);
                throw new UsageException(FailureText());
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }

        return JsonSerializer.Deserialize(await File.ReadAllBytesAsync(_readyFile, cancellationToken), CliJson.Default.HostReadyFile)
            ?? throw new UsageException($"{_readyFile} is empty.");
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
        await _log.DisposeAsync();
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
            _log.WriteLine(line);

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
