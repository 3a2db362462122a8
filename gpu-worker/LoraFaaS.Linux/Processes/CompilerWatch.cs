using System.Runtime;

namespace LoraFaaS.Linux.Processes;

/// <summary>
/// Has the runtime's background compiler give way to whatever else wants a processor. Its thread comes when there is something to compile anew, leaves after some seconds without, and the next one starts
/// with the nice value of whoever made it, so that it has to be looked for again: by one caller, every now and then. Where nothing was compiled since the last look there is nothing to look for.
/// </summary>
/// <remarks>
/// The idle class would not do: at a busy machine it compiles nothing at all, and code stays slow for good. A nice value is a share: a tenth of a busy processor at 10.
/// </remarks>
/// <param name="nice">1 to 19.</param>
/// <param name="compiled">How many methods were compiled until now; null: the runtime's own count.</param>
/// <param name="most">Methods between two looks. Where more were compiled the program is young, or does what is new to it: the sooner that is over the better, and the compiler is left alone.</param>
/// <param name="busyNice">-20 to 0: below 0 a compiler with more to do goes before others instead, where the kernel lets it. For programs whose own threads do; it would get nothing beside them.</param>
public sealed class CompilerWatch(int nice, Func<long>? compiled = null, long most = long.MaxValue, int busyNice = 0)
{
    internal const string ThreadName = ".NET Tiered Compilation Worker";

    /// <summary>Its slice while it gives way: who wakes beside it waits for no longer, and what it compiles takes no longer for it.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMicroseconds(200);

    private readonly Func<long> _compiled = compiled ?? (static () => JitInfo.GetCompiledMethodCount());
    private long _seen;

    /// <summary>How many compiling threads there are, all of which give way now; 0 too where nothing was compiled since the last look, and where there are no such files.</summary>
    public int Look()
    {
        var count = _compiled();

        var since = count - _seen;
        _seen = count;

        if (since == 0)
        {
            return 0;
        }

        if (since <= most)
        {
            return NamedThreads.Find(ThreadName).Count(GiveWay);
        }

        foreach (var thread in busyNice < 0 ? NamedThreads.Find(ThreadName) : [])
        {
            ThreadNice.TryLower(thread, busyNice);
        }

        return 0;
    }

    private bool GiveWay(int thread)
    {
        ThreadSlice.TrySet(thread, Slice);
        return ThreadNice.TryRaise(thread, nice);
    }
}
