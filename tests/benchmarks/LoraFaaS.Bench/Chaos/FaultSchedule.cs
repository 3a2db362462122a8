namespace LoraFaaS.Bench.Chaos;

/// <summary>Which faults come when: 5 to 15 s apart, every kind before any comes again, the same for the same seed.</summary>
internal static class FaultSchedule
{
    private const double LeastGapSeconds = 5, MostGapSeconds = 15;

    /// <param name="calm">No fault begins this near to the end, so that the last one is seen through under load.</param>
    public static IReadOnlyList<PlannedFault> Of(IReadOnlyList<FaultKind> kinds, TimeSpan length, TimeSpan calm, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(kinds.Count);

        var random = new Random(seed);
        List<PlannedFault> faults = [];
        Queue<FaultKind> next = [];

        for (var at = Gap(random); at < length - calm; at += Gap(random))
        {
            if (next.Count == 0)
            {
                FaultKind[] deck = [.. kinds];
                random.Shuffle(deck);
                next = new Queue<FaultKind>(deck);
            }

            faults.Add(new PlannedFault(at, next.Dequeue(), random.Next(2)));
        }

        return faults;
    }

    private static TimeSpan Gap(Random random) => TimeSpan.FromSeconds(LeastGapSeconds + (random.NextDouble() * (MostGapSeconds - LeastGapSeconds)));
}
