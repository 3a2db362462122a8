using System.Diagnostics;
using System.Text.Json;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Processes;

/// <summary>
/// A program under test: its output is kept line by line, its standard input stays open until closed (hosts started with
/// <c>--Host:ExitWithParent true</c> stop when it closes), and disposing it kills whatever of its process tree is left.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 20_000;
    private static readonly TimeSpan StreamsLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        Exited = WatchAsync();
    }

    public int Id { get; private set; }

    /// <summary>The exit code, once the program ended and its output is read to the end.</summary>
    public Task<int> Exited { get; }

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Errors => Copy(_errors);

    public static ChildProcess Start(string program, IEnumerable<string> arguments, string? workingFolder = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingFolder ?? "",
        };

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, Path.GetFileName(program));
        child.Begin();

        return child;
    }

    /// <summary>Starts a built .NET program (its dll) with the runtime the tests run on.</summary>
    public static ChildProcess StartDotnet(string assembly, IEnumerable<string> arguments, string? workingFolder = null, IReadOnlyDictionary<string, string?>? environment = null) =>
        Start(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", ["exec", assembly, .. arguments], workingFolder, environment);

    /// <summary>The content of the file a host writes once it listens; fails with the program's output if it ends first.</summary>
    public async Task<JsonDocument> WaitForReadyFileAsync(string path)
    {
        await Patience.UntilAsync(
            _ => Exited.IsCompleted ? throw new InvalidOperationException($"{_name} ended with {Exited.Result} before it was ready.\n{Tail()}") : Task.FromResult(File.Exists(path)),
            Patience.StartLimit,
            $"{path} written by {_name}");

        return JsonDocument.Parse(await File.ReadAllBytesAsync(path));
    }

    /// <summary>The first line of standard output (past or to come) for which the condition holds.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> condition)
    {
        string? found = null;

        await Patience.UntilAsync(
            _ =>
            {
                found = Output.FirstOrDefault(condition);
                return found is null && Exited.IsCompleted
                    ? throw new InvalidOperationException($"{_name} ended with {Exited.Result} without the awaited line.\n{Tail()}")
                    : Task.FromResult(found is not null);
            },
            Patience.StartLimit,
            $"a line of {_name}");

        return found!;
    }

    public Task SendLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>SIGKILL to this process alone: its children stay.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    public void Terminate() => Signals.Send(Id, Signals.Terminate);

    /// <summary>SIGSTOP: the process is there and says nothing, as after a network split.</summary>
    public void Freeze() => Signals.Send(Id, Signals.Stop);

    public void Thaw() => Signals.Send(Id, Signals.Continue);

    /// <summary>The last lines of both streams, for a failure's message.</summary>
    public string Tail(int lines = 40) => string.Join('\n', Output.TakeLast(lines).Concat(Errors.TakeLast(lines).Select(line => "stderr: " + line)));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Patience.ForAsync(Exited);
        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data, _outputEnded);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data, _errorsEnded);
        _process.Exited += (_, _) => _ended.TrySetResult();

        _process.Start();
        Id = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task<int> WatchAsync()
    {
        await _ended.Task;

        // A grandchild that lives on may hold the streams open: what it still writes is not waited for.
        await Task.WhenAny(Task.WhenAll(_outputEnded.Task, _errorsEnded.Task), Task.Delay(StreamsLimit, TimeProvider.System));

        return _process.ExitCode;
    }

    private void Keep(List<string> lines, string? line, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (_gate)
        {
            if (lines.Count < KeptLines)
            {
                lines.Add(line);
            }
        }
    }

    private List<string> Copy(List<string> lines)
    {
        lock (_gate)
        {
            return [.. lines];
        }
    }
}
