namespace LoraFaaS.Bench.Door;

/// <summary>What is measured is a door that has been open for a while, ours and the bare one alike: it is called until its compiler has hardly anything left to do.</summary>
internal static class DoorWarmth
{
    private const int Clients = 32;
    public const int MostTurns = 18;
    private const double TurnSeconds = 2.5;

    /// <summary>Of the door's processor time.</summary>
    private const double MostCompilerShare = 0.02;

    /// <param name="world">The door's.</param>
    /// <param name="url">The door.</param>
    /// <param name="time">What its process has taken until now.</param>
    /// <param name="mostTurns">Then it is left as it is.</param>
    /// <param name="rate">As many calls a second as will be counted: at an even pace other methods are the hot ones than in a closed loop. Null: as fast as they are answered.</param>
    public static async Task ReachAsync(DoorWorld world, string url, Func<ProcessorTime> time, int mostTurns, double? rate = null)
    {
        var share = 1.0;
        for (var turn = 0; turn < mostTurns && share > MostCompilerShare; turn++)
        {
            var before = time();
            await world.LoadAsync(url, Clients, TurnSeconds, rate);
            var taken = time() - before;
            share = taken.Compiler / taken.All;
        }
    }
}
