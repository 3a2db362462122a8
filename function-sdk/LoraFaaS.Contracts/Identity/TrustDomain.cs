namespace LoraFaaS.Contracts.Identity;

/// <summary>Whose data may share one sandbox process: a namespace, or one function under isolation: function.</summary>
public readonly record struct TrustDomain(string Value)
{
    /// <summary>The namespace that it belongs to: what is charged for its use. Names of functions and namespaces hold no dot.</summary>
    public string Owner => Value[(Value.LastIndexOf('.') + 1)..];

    public override string ToString() => Value;
}
