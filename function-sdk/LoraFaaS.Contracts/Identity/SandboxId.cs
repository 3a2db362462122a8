namespace LoraFaaS.Contracts.Identity;

/// <summary>One sandbox process of a worker.</summary>
public readonly record struct SandboxId(string Value)
{
    public override string ToString() => Value;
}
