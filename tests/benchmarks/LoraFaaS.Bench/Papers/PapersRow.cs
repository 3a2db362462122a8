namespace LoraFaaS.Bench.Papers;

/// <summary>One figure of the papers beside what the simulator gives for the same comparison.</summary>
/// <param name="Figure">What is measured.</param>
/// <param name="Setting">Load, cluster, SLO and price.</param>
/// <param name="Reported">As the paper or the target has it.</param>
/// <param name="Baseline">Simulated.</param>
/// <param name="System">The paper's system, simulated.</param>
/// <param name="Ours">LoraFaaS, simulated.</param>
/// <param name="Met">Null: nothing is asked.</param>
/// <param name="Note">The spread, or the reason why it does not come out.</param>
internal sealed record PapersRow(string Figure, string Setting, string Reported, string Baseline, string System, string Ours, bool? Met, string Note)
{
    /// <summary>What nobody can be below, knowing every arrival; empty: not asked for.</summary>
    public string Floor { get; init; } = "";
}
