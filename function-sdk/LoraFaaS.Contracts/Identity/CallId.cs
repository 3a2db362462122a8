namespace LoraFaaS.Contracts.Identity;

/// <summary>One invocation, as carried in X-Call-Id.</summary>
public readonly record struct CallId(string Value)
{
    public override string ToString() => Value;
}
