namespace LoraFaaS.Contracts.Identity;

/// <summary>Whose data may share one sandbox process: a namespace, or one function under isolation: function.</summary>
public readonly record struct TrustDomain(string Value)
{
    public override string ToString() => Value;
}
