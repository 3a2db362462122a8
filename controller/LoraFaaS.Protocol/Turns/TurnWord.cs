namespace LoraFaaS.Protocol.Turns;

/// <summary>A sandbox's word: where it is, and the last turn it had. 30 bits of turn, two of phase; the only thing it can say.</summary>
public readonly record struct TurnWord(TurnPhase Phase, uint Turn)
{
    private const int PhaseShift = 30;

    public static TurnWord Of(uint bits) => new((TurnPhase)(bits >> PhaseShift), bits & ((1u << PhaseShift) - 1));

    public uint Bits => ((uint)Phase << PhaseShift) | Turn;

    /// <summary>It has had this turn and given it back. One that rests in it has not, and one that was granted it may still come.</summary>
    public bool HasEnded(uint turn) => Turn == turn && Phase is (TurnPhase.Waiting or TurnPhase.Idle);

    public bool IsRunning(uint turn) => Phase is TurnPhase.Running && Turn == turn;
}
