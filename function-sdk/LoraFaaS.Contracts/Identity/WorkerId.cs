namespace LoraFaaS.Contracts.Identity;

/// <summary>A worker process, stable across its restarts.</summary>
public readonly record struct WorkerId(string Value)
{
    public override string ToString() => Value;
}
