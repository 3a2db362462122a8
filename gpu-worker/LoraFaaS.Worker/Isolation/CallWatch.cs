using System.Diagnostics;
using LoraFaaS.Linux.Calls;
using LoraFaaS.Linux.Native;
using LoraFaaS.Linux.Processes;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// Says no to a confined process's forbidden calls, and writes down that it asked. On a thread of its own, so that one that asks without end
/// keeps no other waiting; it is ended soon.
/// </summary>
internal sealed partial class CallWatch : IDisposable
{
    /// <summary>Refusals written down within a period; then only the first of each kind of call, so that a flood of one hides no other.</summary>
    private const int Logged = 512;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Calls let through within a period: a runtime opens some hundred files as it starts, and a function's code what it reads.</summary>
    private const int LetThrough = 5_000;

    /// <summary>A program that meant well has stopped asking by then.</summary>
    private const int Patience = 10_000;

    private readonly string _name;
    private readonly CallListener _listener;
    private readonly OpeningRules _opening;
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly ConfinedOwner _owner;
    private readonly ViolationMetrics _violations;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private int _refused;
    private int _inPeriod;
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);
    private int _letThrough;
    private bool _comesLast;
    private long _periodBegan;

    public CallWatch(
        string name, ConfinedOwner owner, CallListener listener, OpeningRules opening, Process process, ViolationMetrics violations, TimeProvider time, ILogger logger)
    {
        _owner = owner;
        _violations = violations;
        _name = name;
        _listener = listener;
        _opening = opening;
        _process = process;
        _time = time;
        _periodBegan = time.GetTimestamp();
        _logger = logger;
        _thread = new Thread(Run, 256 << 10) { IsBackground = true, Name = $"calls of {name}" };
        _thread.Start();
    }

    /// <summary>After the process has ended: the listener's last word ends the thread.</summary>
    public void Dispose()
    {
        _thread.Join();
        _listener.Dispose();
    }

    private void Run()
    {
        try
        {
            while (_listener.Next() is { } call)
            {
                Answer(call);
            }
        }
        catch (LinuxException failure)
        {
            // Without an answer its threads would wait for ever.
            LogFailed(failure, _name);
            Kill();
        }
    }

    private void Answer(AskedCall call)
    {
        if (call.Call is SystemCall.Mmap or SystemCall.Write or SystemCall.Writev && !MappingRules.IsAttempt(call))
        {
            _listener.LetThrough(call);
            CountLetThrough();
            return;
        }

        if (call.Call is SystemCall.Flock)
        {
            // Before the answer: after it the descriptor may be closed.
            var file = MappingRules.LinkOf(call.ThreadId, (int)call.Argument0);
            _listener.Refuse(call, Errno.NotPermitted);

            if (!_opening.IsItsOwn(file))
            {
                WriteDown(call.Name, file ?? "?");
            }

            return;
        }

        if (call.Call is not (SystemCall.Open or SystemCall.Openat))
        {
            _listener.Refuse(call, Errno.NotPermitted);
            WriteDown(call.Name, "");
            return;
        }

        // open(path, flags), openat(folder, path, flags).
        var (address, flags) = call.Call is SystemCall.Open ? (call.Argument0, call.Argument1) : (call.Argument1, call.Argument2);
        var path = ForeignText.TryRead(call.ThreadId, address);
        var answer = _opening.Judge(path, flags);

        if (answer is OpeningAnswer.LetThrough or OpeningAnswer.LetTheRulesRefuse)
        {
            _listener.LetThrough(call);
            CountLetThrough();
        }
        else
        {
            _listener.Refuse(call, Errno.AccessDenied);
        }

        if (answer is OpeningAnswer.LetTheRulesRefuse or OpeningAnswer.Refuse)
        {
            WriteDown(call.Name, path ?? "?");
        }
    }

    /// <summary>What is allowed is the worker's time as well, when it is done without end.</summary>
    private void CountLetThrough()
    {
        if (_owner.Name is null)
        {
            return;
        }

        Roll();

        if (++_letThrough == LetThrough)
        {
            LogBusy(_name, _owner.ToString(), LetThrough, Period);
            ComeLast();
        }
    }

    private void Roll()
    {
        if (_time.GetElapsedTime(_periodBegan) > Period)
        {
            (_periodBegan, _inPeriod, _letThrough) = (_time.GetTimestamp(), 0, 0);
            _kinds.Clear();
        }
    }

    /// <summary>Answering it is the worker's own time: from here on it comes after everybody's.</summary>
    private void ComeLast()
    {
        if (!_comesLast)
        {
            _comesLast = true;
            ProcessControl.ComeLast();
        }
    }

    private void WriteDown(string call, string path)
    {
        // While it is nobody's it holds nothing but our own program, whose runtime tries this and that.
        if (_owner.Name is null)
        {
            LogBlank(_name, call, OneLine.Of(path));
            return;
        }

        Roll();
        path = OneLine.Of(path);
        _violations.Count(Violation.Call);

        // There are some hundred calls, and as many numbers that are none as one likes.
        var isFirst = _kinds.Count < Logged && _kinds.Add(call);

        if (++_inPeriod <= Logged || isFirst)
        {
            LogRefused(_name, _owner.ToString(), call, path);
            _owner.Told?.Invoke($"refused: {call} {path}");
        }

        if (_inPeriod == Logged + 1)
        {
            LogMore(_name, _owner.ToString(), Logged, Period);

            // Whoever asks so often means no good.
            ComeLast();
        }

        if (++_refused == Patience)
        {
            LogEnded(_name, _owner.ToString(), Patience);
            Kill();
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended first.
        }
    }

    [LoggerMessage(3263, LogLevel.Warning, "{Process} of {Owner} was refused {Call} {Path}")]
    private partial void LogRefused(string process, string owner, string call, string path);

    [LoggerMessage(3264, LogLevel.Warning, "{Process} of {Owner} was refused more than {Count} calls within {Period}; of the rest only the first of each kind is written down")]
    private partial void LogMore(string process, string owner, int count, TimeSpan period);

    [LoggerMessage(3271, LogLevel.Warning, "{Process} of {Owner} opened files and mapped memory {Count} times within {Period}; from here on it waits for everybody else")]
    private partial void LogBusy(string process, string owner, int count, TimeSpan period);

    [LoggerMessage(3265, LogLevel.Error, "{Process} of {Owner} was refused {Count} calls and is ended")]
    private partial void LogEnded(string process, string owner, int count);

    [LoggerMessage(3267, LogLevel.Debug, "{Process} was refused {Call} {Path}")]
    private partial void LogBlank(string process, string call, string path);

    [LoggerMessage(3266, LogLevel.Error, "The calls of {Process} cannot be watched any more; it is ended")]
    private partial void LogFailed(Exception exception, string process);
}
