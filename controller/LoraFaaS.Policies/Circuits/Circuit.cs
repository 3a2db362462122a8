namespace LoraFaaS.Policies.Circuits;

/// <summary>What is remembered of a place. Instants are on whatever clock the owner passes, as long as it is one that only goes forward.</summary>
/// <param name="Failures">In a row.</param>
/// <param name="Until">Open: when it may be tried again. Half-open: when the one that tries it is taken for lost.</param>
/// <param name="Pause">The last one it was given.</param>
public readonly record struct Circuit(CircuitState State, int Failures, TimeSpan Until, TimeSpan Pause)
{
    public static Circuit Closed => default;
}
