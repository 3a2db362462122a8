namespace LoraFaaS.Policies.Turns;

/// <summary>
/// Whether one who is named to follow spins for the end of the turn before it, or sleeps until it is woken. Spinning saves some 25 µs of each hand-over, which is worth a processor that no
/// step uses, and none that one does: a step waits in its barriers for the thread that was pushed aside. Beside long turns it saves nothing that anybody would notice.
/// </summary>
public static class TurnSpinPolicy
{
    /// <summary>Longest turn whose end is waited for so, and longest spin whatever comes: parking and waking take less than a hundredth of it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(4);

    /// <param name="processors">Of the machine.</param>
    /// <param name="capacity">Threads of the device: all who step together have as many, and whenever one waits they have all of them.</param>
    /// <param name="spinning">Who spins already.</param>
    /// <param name="before">How long the last turn of the one before was; null: it had none yet.</param>
    public static bool Spins(int processors, int capacity, int spinning, TimeSpan? before) => processors - capacity > spinning && before <= Longest;
}
