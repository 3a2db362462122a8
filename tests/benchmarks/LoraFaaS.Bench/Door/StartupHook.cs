using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

/// <summary>
/// Runs in a door's process before its program does (DOTNET_STARTUP_HOOKS, which asks for this name outside of any namespace), ours and the bare forwarder's alike: at a signal it writes what the runtime
/// there has compiled and collected to a file of its process. In between nothing of it runs but a few instructions at each collection. It makes no socket, since a program may still choose how those work.
/// </summary>
internal sealed class StartupHook
{
    /// <summary>The folder of the files.</summary>
    public const string Variable = "LORAFAAS_BENCH_RUNTIME_COUNTS";

    /// <summary>SIGUSR1, which nothing in .NET uses.</summary>
    public const int Ask = 10;

    private static long _longestTicks;
    private static PosixSignalRegistration? _registration;

    private StartupHook()
    {
    }

    /// <summary>The object does not survive the next collection, and its end makes the next one.</summary>
    ~StartupHook()
    {
        foreach (var pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
        {
            _longestTicks = Math.Max(_longestTicks, pause.Ticks);
        }

        if (!Environment.HasShutdownStarted)
        {
            _ = new StartupHook();
        }
    }

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
        {
            return;
        }

        _ = new StartupHook();
        _registration = PosixSignalRegistration.Create((PosixSignal)Ask, asked =>
        {
            // Or the process would end, as by itself it does at this signal.
            asked.Cancel = true;
            Write(folder);
        });
    }

    /// <summary>The file of a process, as <see cref="Write"/> leaves it.</summary>
    public static string FileOf(string folder, int process) => Path.Combine(folder, process.ToString(CultureInfo.InvariantCulture));

    /// <summary>Methods, collections of each generation, pauses of all and the longest since the last time, in 100 ns, and bytes allocated.</summary>
    private static void Write(string folder)
    {
        var longest = Interlocked.Exchange(ref _longestTicks, 0);
        var file = FileOf(folder, Environment.ProcessId);
        File.WriteAllText(file + ".new", string.Create(
            CultureInfo.InvariantCulture,
            $"{JitInfo.GetCompiledMethodCount()} {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)} {GC.GetTotalPauseDuration().Ticks} {longest} {GC.GetTotalAllocatedBytes()}"));
        File.Move(file + ".new", file, overwrite: true);
    }
}
