using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Console.Components;

/// <summary>One worker's part of a function's history.</summary>
internal sealed record TierLane(string Worker, IReadOnlyList<TierSpan> Spans)
{
    public static List<TierLane> Of(IReadOnlyList<TierMoveInfo> moves, DateTimeOffset start, DateTimeOffset until) =>
    [
        .. moves.GroupBy(move => move.Worker, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new TierLane(group.Key, [.. Cut([.. group.OrderBy(move => move.At)], start, until)])),
    ];

    private static IEnumerable<TierSpan> Cut(IReadOnlyList<TierMoveInfo> moves, DateTimeOffset start, DateTimeOffset until)
    {
        for (var i = 0; i < moves.Count; i++)
        {
            var (from, to) = (moves[i].At < start ? start : moves[i].At, i + 1 < moves.Count ? moves[i + 1].At : until);

            if (moves[i].To != "remote" && to > start)
            {
                yield return new TierSpan(moves[i].To, from, to, moves[i].Reason);
            }
        }
    }
}
