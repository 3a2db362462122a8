using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Which modules an adapter claims, in PEFT's three spellings.</summary>
public abstract record TargetModules
{
    private TargetModules()
    {
    }

    /// <summary>A module is meant when its name is an entry or ends in one after a dot.</summary>
    public sealed record Names(ImmutableArray<string> Entries) : TargetModules;

    /// <summary>A module is meant when its whole name matches.</summary>
    public sealed record Pattern(string Expression) : TargetModules;

    /// <summary>Every linear module of the layers; the output head is never meant.</summary>
    public sealed record AllLinear : TargetModules;
}
