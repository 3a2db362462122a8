using LoraFaaS.Protocol.Sandbox;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Numbers that a sandbox may say. What it tells of itself goes into sums with what others tell, and one that no engine can
/// mean ends its connection here, before it is an overflow where the room of others is made. Pure.
/// </summary>
internal static class SandboxFrameRules
{
    /// <summary>64 TiB of pages of 16 KiB; with the largest page that is let in, far below what a sum of some thousand sandboxes can hold.</summary>
    private const long MostPages = 1L << 32;
    private const long MostPageBytes = 1L << 21;
    private const long MostBytes = 1L << 46;

    /// <summary>A month: nothing in a sandbox takes longer, and every sum of such times is one.</summary>
    private const double MostMilliseconds = 30.0 * 24 * 60 * 60 * 1_000;

    public static bool IsPossible(FromSandbox frame) => frame.KindCase switch
    {
        FromSandbox.KindOneofCase.Ready => IsPossible(frame.Ready),
        FromSandbox.KindOneofCase.Load => IsPossible(frame.Load),
        FromSandbox.KindOneofCase.AdapterLoaded => AreBytes(frame.AdapterLoaded.DeviceBytes) && AreMilliseconds(frame.AdapterLoaded.LoadMs),
        FromSandbox.KindOneofCase.PrefixReady => AreBytes(frame.PrefixReady.DeviceBytes) && frame.PrefixReady is { Tokens: >= 0, CachedTokens: >= 0 },
        FromSandbox.KindOneofCase.LeaseWanted => AreBytes(frame.LeaseWanted.DeviceBytes),
        FromSandbox.KindOneofCase.Leased => AreBytes(frame.Leased.DeviceBytes),
        _ => true,
    };

    private static bool IsPossible(Ready ready) =>
        ready.PageBytes is > 0 and <= MostPageBytes && ArePages(ready.Pages) && AreMilliseconds(ready.MapMs) && AreMilliseconds(ready.KernelsMs);

    private static bool IsPossible(Load load) =>
        ArePages(load.PagesUsed) && ArePages(load.PagesTotal) && ArePages(load.PagesKept) && AreMilliseconds(load.LastStepMs)
        && load is { Running: >= 0, Waiting: >= 0, Parked: >= 0 };

    private static bool ArePages(long pages) => pages is >= 0 and <= MostPages;

    private static bool AreBytes(long bytes) => bytes is >= 0 and <= MostBytes;

    /// <summary>False for what is not a number, too.</summary>
    private static bool AreMilliseconds(double milliseconds) => milliseconds is >= 0 and <= MostMilliseconds;
}
