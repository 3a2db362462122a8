namespace LoraFaaS.Bench.Chaos;

/// <summary>A fault that happened: from the stroke until what it met was ready again. <see cref="Gateway"/> where it took a gateway's connections.</summary>
internal sealed record DoneFault(FaultKind Kind, string Victim, TimeSpan From, TimeSpan Until, string? Gateway)
{
    public TimeSpan Recovery => Until - From;

    /// <summary>The call was under way at some moment of it.</summary>
    public bool Meets(LoadedCall call) => call.Begun <= Until && call.Ended >= From;
}
