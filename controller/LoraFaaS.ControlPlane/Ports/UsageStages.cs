namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// Where the time to the first token of one invocation went: milliseconds by stage, beside the queue and prefill times that the record has of its own. What comes
/// after the worker's own part (the token's way to the gateway and on to the caller) is not in it: the record is written before.
/// </summary>
public sealed record UsageStages
{
    public double DoorMs { get; init; }

    public double ActivationMs { get; init; }

    public double ConnectMs { get; init; }

    public double AdmissionMs { get; init; }

    public double SandboxMs { get; init; }

    public double MapMs { get; init; }

    public double KernelsMs { get; init; }

    public double AdapterMs { get; init; }

    public double PromptMs { get; init; }

    public double PrefixMs { get; init; }

    /// <summary>Of a function with code: until its handler took the call.</summary>
    public double HandlerMs { get; init; }

    /// <summary>Until its code's answer began, all that no other part accounts for.</summary>
    public double CodeMs { get; init; }

    public double RelayMs { get; init; }

    public double TransportMs { get; init; }
}
