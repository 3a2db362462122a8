using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>How a command ended.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary><paramref name="Account"/>: of a load to the device, as far as the worker tells.</summary>
    public sealed record Done(TimeSpan Took, LoadAccount? Account = null) : CommandOutcome;

    /// <summary>The worker tried, and says why it could not.</summary>
    public sealed record Failed(Problem Problem) : CommandOutcome;

    /// <summary>The session ended before a result came. Whether the worker did it is not known; its next inventory tells.</summary>
    public sealed record Lost : CommandOutcome;

    public sealed record TimedOut(TimeSpan After) : CommandOutcome;

    /// <summary>The worker does not read its commands: as many as may wait are waiting.</summary>
    public sealed record Backlogged : CommandOutcome;
}
