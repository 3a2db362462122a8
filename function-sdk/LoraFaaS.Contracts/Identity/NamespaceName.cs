using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Contracts.Identity;

/// <summary>A namespace: an RFC 1123 label. The default trust domain is one namespace.</summary>
public readonly record struct NamespaceName(string Value)
{
    /// <summary>What OpenFaaS clients put when they are given none.</summary>
    public static readonly NamespaceName Default = new("openfaas-fn");

    public static bool TryParse([NotNullWhen(true)] string? text, out NamespaceName name)
    {
        name = default;

        if (text is null || text.Length > FunctionName.MaxLength || !FunctionName.Label().IsMatch(text))
        {
            return false;
        }

        name = new NamespaceName(text);
        return true;
    }

    public override string ToString() => Value;
}
