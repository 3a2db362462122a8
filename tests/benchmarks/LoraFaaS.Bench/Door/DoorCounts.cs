using System.Globalization;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Door;

/// <summary>What a door's process has done until now: of its threads by the kernel's counts, of its runtime by its own.</summary>
/// <param name="Threads">Of those that live.</param>
/// <param name="Methods">Compiled.</param>
/// <param name="Collections">Of any generation.</param>
/// <param name="Full">Of the oldest generation.</param>
/// <param name="Paused">By the collector, in all.</param>
/// <param name="LongestPause">Since the counts were last asked for.</param>
/// <param name="Allocated">Bytes, but for some kilobytes a thread that are given out before they are used.</param>
internal readonly record struct DoorCounts(
    IReadOnlyDictionary<string, ThreadCounts> Threads, long Methods, long Collections, long Full, TimeSpan Paused, TimeSpan LongestPause, long Allocated)
{
    /// <summary>Of all threads together.</summary>
    public ThreadCounts All => Threads.Values.Aggregate(default(ThreadCounts), static (sum, thread) => sum + thread);

    public TimeSpan Ran => Nanoseconds(All.Ran);

    public TimeSpan Waited => Nanoseconds(All.Waited);

    /// <summary>From then until now. Of a thread that has ended since, a compiler's as a rule, nothing is known but what it had done then: it is left out of both.</summary>
    public static DoorCounts operator -(DoorCounts now, DoorCounts then) => new(
        now.Threads.ToDictionary(thread => thread.Key, thread => thread.Value - then.Threads.GetValueOrDefault(thread.Key)),
        now.Methods - then.Methods, now.Collections - then.Collections, now.Full - then.Full, now.Paused - then.Paused, now.LongestPause, now.Allocated - then.Allocated);

    /// <param name="folder">Where the process writes (<see cref="StartupHook"/>).</param>
    /// <param name="process">Started with the hook.</param>
    public static async Task<DoorCounts> OfAsync(TempFolder folder, int process)
    {
        var file = StartupHook.FileOf(folder.Path, process);
        File.Delete(file);
        Signals.Send(process, StartupHook.Ask);
        await Patience.UntilAsync(() => File.Exists(file));
        var runtime = (await File.ReadAllTextAsync(file)).Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture)).ToArray();

        var threads = new Dictionary<string, ThreadCounts>(StringComparer.Ordinal);
        foreach (var task in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            // A thread may end while it is read.
            if (Read(task + "/schedstat").Split(' ') is [var on, var ready, ..] && Read(task + "/status") is { Length: > 0 } status)
            {
                threads[task] = new ThreadCounts(
                    long.Parse(on, CultureInfo.InvariantCulture), long.Parse(ready, CultureInfo.InvariantCulture),
                    Field(status, "\nvoluntary_ctxt_switches:"), Field(status, "nonvoluntary_ctxt_switches:"));
            }
        }

        return new DoorCounts(threads, runtime[0], runtime[1], runtime[3], new TimeSpan(runtime[4]), new TimeSpan(runtime[5]), runtime[6]);
    }

    private static TimeSpan Nanoseconds(long count) => new(count / TimeSpan.NanosecondsPerTick);

    private static long Field(string status, string name)
    {
        var begin = status.IndexOf(name, StringComparison.Ordinal) + name.Length;
        var end = status.IndexOf('\n', begin);
        return long.Parse(status[begin..(end < 0 ? status.Length : end)], CultureInfo.InvariantCulture);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
