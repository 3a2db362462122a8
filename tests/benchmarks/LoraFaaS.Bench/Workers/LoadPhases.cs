namespace LoraFaaS.Bench.Workers;

/// <summary>When what of <see cref="LoadsBench"/> went on.</summary>
internal sealed class LoadPhases
{
    public LoadPhase Quiet { get; } = new();

    public LoadPhase First { get; } = new();

    public LoadPhase Loads { get; } = new();

    public LoadPhase Calls { get; } = new();
}
