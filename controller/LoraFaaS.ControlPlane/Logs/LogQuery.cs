using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Logs;

/// <summary>Which lines of a function's log are wanted.</summary>
public sealed record LogQuery(FunctionId Function)
{
    public string? Instance { get; init; }

    /// <summary>Newest lines to begin with; null: all that are kept.</summary>
    public int? Tail { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Go on with lines as they come.</summary>
    public bool Follow { get; init; }
}
