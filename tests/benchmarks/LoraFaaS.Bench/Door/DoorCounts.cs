using System.Globalization;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Door;

/// <summary>What a door's process has done until now: of its threads by the kernel's counts (proc(5)), of its runtime by its own.</summary>
/// <param name="Ran">Upon a processor, of all threads.</param>
/// <param name="Waited">Ready to run and without a processor, of all threads.</param>
/// <param name="Slept">How often a thread gave up its processor of its own will.</param>
/// <param name="Displaced">How often it was taken from one.</param>
/// <param name="Methods">Compiled.</param>
/// <param name="Collections">Of any generation.</param>
/// <param name="Full">Of the oldest generation.</param>
/// <param name="Paused">By the collector, in all.</param>
/// <param name="LongestPause">Since the counts were last asked for.</param>
/// <param name="Allocated">Bytes, but for some kilobytes a thread that are given out before they are used.</param>
internal readonly record struct DoorCounts(
    TimeSpan Ran, TimeSpan Waited, long Slept, long Displaced, long Methods, long Collections, long Full, TimeSpan Paused, TimeSpan LongestPause,
    long Allocated)
{
    /// <summary>From then until now.</summary>
    public static DoorCounts operator -(DoorCounts now, DoorCounts then) => new(
        now.Ran - then.Ran, now.Waited - then.Waited, now.Slept - then.Slept, now.Displaced - then.Displaced,
        now.Methods - then.Methods, now.Collections - then.Collections, now.Full - then.Full, now.Paused - then.Paused, now.LongestPause,
        now.Allocated - then.Allocated);

    public static DoorCounts operator +(DoorCounts left, DoorCounts right) => new(
        left.Ran + right.Ran, left.Waited + right.Waited, left.Slept + right.Slept, left.Displaced + right.Displaced, left.Methods + right.Methods, left.Collections + right.Collections,
        left.Full + right.Full, left.Paused + right.Paused, left.LongestPause > right.LongestPause ? left.LongestPause : right.LongestPause, left.Allocated + right.Allocated);

    /// <param name="folder">Where the process writes (<see cref="StartupHook"/>).</param>
    /// <param name="process">Started with the hook.</param>
    public static async Task<DoorCounts> OfAsync(TempFolder folder, int process)
    {
        var file = StartupHook.FileOf(folder.Path, process);
        File.Delete(file);
        Signals.Send(process, StartupHook.Ask);
        await Patience.UntilAsync(() => File.Exists(file));
        var runtime = (await File.ReadAllTextAsync(file)).Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture)).ToArray();

        var (ran, waited, slept, displaced) = (0L, 0L, 0L, 0L);
        foreach (var task in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            // A thread may end while it is read; what it did is then in neither sum.
            if (Read(task + "/schedstat").Split(' ') is [var on, var ready, ..] && Read(task + "/status") is { Length: > 0 } status)
            {
                ran += long.Parse(on, CultureInfo.InvariantCulture);
                waited += long.Parse(ready, CultureInfo.InvariantCulture);
                slept += Field(status, "\nvoluntary_ctxt_switches:");
                displaced += Field(status, "nonvoluntary_ctxt_switches:");
            }
        }

        return new DoorCounts(
            Nanoseconds(ran), Nanoseconds(waited), slept, displaced, runtime[0], runtime[1], runtime[3], new TimeSpan(runtime[4]), new TimeSpan(runtime[5]), runtime[6]);
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
