namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Where the time to the first token of one invocation went: milliseconds by stage, beside the queue and prefill times that the record has of its own.</summary>
public sealed record UsageStages
{
    public double DoorMs { get; init; }

    public double ActivationMs { get; init; }

    public double SandboxMs { get; init; }

    public double MapMs { get; init; }

    public double KernelsMs { get; init; }

    public double AdapterMs { get; init; }

    public double PromptMs { get; init; }

    public double PrefixMs { get; init; }

    public double TransportMs { get; init; }
}
