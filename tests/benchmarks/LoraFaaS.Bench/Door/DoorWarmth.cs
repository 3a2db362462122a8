namespace LoraFaaS.Bench.Door;

/// <summary>
/// What is measured is a door that has been open for a while, ours and the bare one alike: it is called until its compiler has hardly anything left to do. By methods, not by the compiler's share of the
/// time, which is small too where it is made to wait.
/// </summary>
internal static class DoorWarmth
{
    private const int Clients = 32;
    public const int MostTurns = 18;
    private const double TurnSeconds = 2.5;

    /// <summary>In a turn. Reports that go out once a second bring some of theirs for as long as a door is open.</summary>
    private const int FewMethods = 8;

    /// <param name="world">The door's.</param>
    /// <param name="url">The door.</param>
    /// <param name="process">The door's, which can be asked for its counts.</param>
    /// <param name="mostTurns">Then it is left as it is.</param>
    /// <param name="rate">As many calls a second as will be counted: at an even pace other methods are the hot ones than in a closed loop. Null: as fast as they are answered.</param>
    public static async Task ReachAsync(DoorWorld world, string url, int process, int mostTurns, double? rate = null)
    {
        var (before, isWarm) = (await world.CountsOfAsync(process), false);
        for (var turn = 0; turn < mostTurns && !isWarm; turn++)
        {
            await world.LoadAsync(url, Clients, TurnSeconds, rate);
            var now = await world.CountsOfAsync(process);
            (before, isWarm) = (now, (now - before).Methods <= FewMethods);
        }
    }
}
