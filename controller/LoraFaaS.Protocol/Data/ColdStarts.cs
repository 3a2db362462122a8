using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Protocol.Data;

/// <summary>
/// How the parts of a cold-start account become one. Each process writes down what it has seen itself; what is left between their sums and the measured time to
/// the first token was spent on the way between them, and is a stage of its own, so that the parts always add up.
/// </summary>
public static class ColdStarts
{
    /// <summary>All stages before the first token, transport excepted.</summary>
    public static double Sum(this ColdStart account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account.DoorMs + account.ActivationMs + account.QueueMs + account.SandboxMs + account.MapMs + account.KernelsMs + account.AdapterMs
            + account.PromptMs + account.PrefixMs + account.PrefillMs + account.HandlerMs + account.CodeMs
            + account.ConnectMs + account.AdmissionMs + account.RelayMs + account.FlushMs;
    }

    /// <summary>What came before this process, and what it saw. An artifact's tier is where the first who asked found it.</summary>
    public static ColdStart Join(ColdStart? before, ColdStart here)
    {
        ArgumentNullException.ThrowIfNull(here);

        if (before is null)
        {
            return here.Within(here.TtftMs);
        }

        var joined = here.Clone();
        joined.DoorMs += before.DoorMs;
        joined.ActivationMs += before.ActivationMs;
        joined.ConnectMs += before.ConnectMs;
        joined.QueueMs += before.QueueMs;
        joined.SandboxMs += before.SandboxMs;
        joined.MapMs += before.MapMs;
        joined.KernelsMs += before.KernelsMs;
        joined.AdapterMs += before.AdapterMs;
        joined.AdapterTier = Math.Min(here.AdapterTier, before.AdapterTier);
        joined.BackboneTier = Math.Min(here.BackboneTier, before.BackboneTier);
        joined.SandboxWarm = here.SandboxWarm && before.SandboxWarm;
        return joined.Within(here.TtftMs + before.TtftMs);
    }

    /// <summary>The same account against a time to the first token that was measured further out: the difference was spent on the way.</summary>
    public static ColdStart Within(this ColdStart account, double ttftMs)
    {
        ArgumentNullException.ThrowIfNull(account);

        var within = account.Clone();
        within.TtftMs = ttftMs;
        within.TransportMs = ttftMs > 0 ? Math.Max(0, ttftMs - account.Sum()) : 0;
        return within;
    }

    /// <summary>The first token as the caller has it: when it came, and what writing it took from then on.</summary>
    public static ColdStart Flushed(this ColdStart account, double ttftMs, double flushMs)
    {
        ArgumentNullException.ThrowIfNull(account);

        var flushed = account.Clone();
        flushed.FlushMs = flushMs;
        return flushed.Within(ttftMs + flushMs);
    }

    /// <summary>Nothing was waited for, and everything was there.</summary>
    public static ColdStart Warm() => new() { AdapterTier = (int)StorageTier.Device, BackboneTier = (int)StorageTier.Device, SandboxWarm = true };
}
