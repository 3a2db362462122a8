using System.Globalization;
using System.Runtime.InteropServices;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// The system calls of one process on one clock, from the kernel's own trace (Documentation/trace/ftrace.rst): a trace instance of our own, for the threads that the process has now. What is
/// traced takes some tenths of a microsecond longer for each call of the kernel, and so does everything else on the machine meanwhile.
/// </summary>
internal sealed class SystemCallTrace : IDisposable
{
    private const string Root = "/sys/kernel/tracing";
    private const int BufferKib = 32 << 10;

    private readonly string _folder;

    private SystemCallTrace(string folder) => _folder = folder;

    /// <summary>It is one for root alone, with tracefs mounted, and read by numbers of x86-64.</summary>
    public static bool IsPossible =>
        RuntimeInformation.ProcessArchitecture is Architecture.X64 && Environment.IsPrivilegedProcess && Directory.Exists(Root + "/events/raw_syscalls");

    public static SystemCallTrace Begin(int process)
    {
        var folder = Directory.CreateDirectory(string.Create(CultureInfo.InvariantCulture, $"{Root}/instances/lorafaas-{Environment.ProcessId}")).FullName;
        var trace = new SystemCallTrace(folder);
        var threads = Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")).Select(Path.GetFileName);
        trace.Tell("tracing_on", "0");
        trace.Tell("trace_clock", "mono");
        trace.Tell("buffer_size_kb", BufferKib.ToString(CultureInfo.InvariantCulture));
        trace.Tell("set_event_pid", string.Join(' ', threads));
        trace.Tell("events/raw_syscalls/enable", "1");
        trace.Tell("tracing_on", "1");
        return trace;
    }

    /// <summary>What has been traced until now, by time; ends it.</summary>
    public IReadOnlyList<SystemCallEvent> End()
    {
        Tell("tracing_on", "0");
        Tell("events/raw_syscalls/enable", "0");
        return [.. File.ReadLines(_folder + "/trace").Select(SystemCallEvent.Parse).OfType<SystemCallEvent>()];
    }

    public void Dispose()
    {
        Tell("events/raw_syscalls/enable", "0");
        Directory.Delete(_folder);
    }

    private void Tell(string file, string text) => File.WriteAllText($"{_folder}/{file}", text);
}
