namespace LoraFaaS.Contracts.Admin;

/// <summary>What the control loop wanted to be where, and why, line by line.</summary>
public sealed record PlanInfo
{
    /// <summary>Counts up by one with each plan that differs from the one before.</summary>
    public required long Number { get; init; }

    /// <summary>When its figures and reasons are of: a plan that still asks for the same keeps its number, and they are renewed.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The controller that made it.</summary>
    public required string Controller { get; init; }

    /// <summary>The leader's fencing token: a plan of an older leader is not stored over a newer one's.</summary>
    public required long LeaderToken { get; init; }

    /// <summary>Expected milliseconds saved until the horizon.</summary>
    public required double WorthMs { get; init; }

    public required IReadOnlyList<PlanLine> Lines { get; init; }

    /// <summary>The workers it looked at, by name. Of one that was away when it was made it says nothing, neither load nor keep.</summary>
    public IReadOnlyList<string> Workers { get; init => field = value ?? []; } = [];

    /// <summary>Of one function, where that was asked for: why it is planned as it is, in a sentence.</summary>
    public string? Explanation { get; init; }
}
