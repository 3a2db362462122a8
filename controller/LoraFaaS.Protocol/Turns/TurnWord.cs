namespace LoraFaaS.Protocol.Turns;

/// <summary>A sandbox's word: where it is, and the last turn it had. 30 bits of turn, two of phase; the only thing it can say.</summary>
public readonly record struct TurnWord(TurnPhase Phase, uint Turn)
{
    private const int PhaseShift = 30;

    public static TurnWord Of(uint bits) => new((TurnPhase)(bits >> PhaseShift), bits & ((1u << PhaseShift) - 1));

    public uint Bits => ((uint)Phase << PhaseShift) | Turn;

    public bool IsRunning(uint turn) => Phase is TurnPhase.Running && Turn == turn;
}
