using System.Globalization;
using LoraFaaS.TestKit.Platform;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// What some processes' threads have taken of the processors, by the scheduler's own count in nanoseconds (/proc/PID/task/TID/schedstat): what a call's stages
/// together could not take less than, divided by the processors there are. Threads that end meanwhile are not in it.
/// </summary>
internal sealed class ProcessorWork
{
    private readonly IReadOnlyList<int> _processes;
    private readonly double _before;

    private ProcessorWork(IReadOnlyList<int> processes) => (_processes, _before) = (processes, Sum(processes));

    /// <summary>Of this process, another one and all that it has started so far.</summary>
    public static ProcessorWork Begin(int process) => new([Environment.ProcessId, process, .. ProcessTree.DescendantsOf(process, "")]);

    /// <summary>Since the beginning, of all processors together.</summary>
    public double Milliseconds => Sum(_processes) - _before;

    private static double Sum(IReadOnlyList<int> processes) => processes.Sum(process => OfProcess(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")));

    private static double OfProcess(string folder)
    {
        try
        {
            return Directory.EnumerateDirectories(folder).Sum(OfThread);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static double OfThread(string folder)
    {
        try
        {
            return double.Parse(File.ReadAllText(folder + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e6;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
