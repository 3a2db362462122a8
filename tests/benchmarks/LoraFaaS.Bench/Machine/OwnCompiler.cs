using System.Runtime;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// This process's background compiler, which would take the processors of what is measured: the kernel lets it run for a slice of milliseconds on end, whatever its nice value, and somebody waits behind it.
/// </summary>
internal static class OwnCompiler
{
    /// <summary>It begins a tenth of a second after the last new code; longer than that without a method, and it has nothing left.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Most = TimeSpan.FromSeconds(3);

    /// <summary>Comes back once it rests, or after three seconds of work.</summary>
    public static async Task RestAsync()
    {
        var seen = -1L;

        for (var waited = TimeSpan.Zero; waited < Most && JitInfo.GetCompiledMethodCount() is var count && count != seen; waited += Quiet)
        {
            seen = count;
            await Task.Delay(Quiet, TimeProvider.System);
        }
    }
}
