namespace LoraFaaS.Policies.Admission;

/// <summary>
/// In which workers' lines one invocation stands where none has a place for it: it goes where a place comes first, and leaves the others. Several short lines are worth
/// nearly as much as all, and cost each worker a connection a caller.
/// </summary>
public static class LinePolicy
{
    /// <summary>Lines that one invocation stands in at most.</summary>
    public const int MostLines = 4;

    /// <summary>The lines to stand in: those that say the shortest wait first, and of two alike the one that placement named first. A single one is nothing to choose from: none.</summary>
    /// <param name="lines">In the order of placement, each worker once.</param>
    public static IReadOnlyList<BusyLine> Join(IReadOnlyList<BusyLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);

        return lines.Count < 2 ? [] : [.. lines.OrderBy(line => line.RetryAfter ?? TimeSpan.MaxValue).Take(MostLines)];
    }
}
