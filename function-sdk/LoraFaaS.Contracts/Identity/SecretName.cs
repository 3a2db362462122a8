using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LoraFaaS.Contracts.Identity;

/// <summary>A secret within its namespace: an RFC 1123 subdomain (labels joined by dots) of at most 253 characters, as Kubernetes names them.</summary>
public readonly partial record struct SecretName(string Value)
{
    public const int MaxLength = 253;

    public static bool TryParse([NotNullWhen(true)] string? text, out SecretName name)
    {
        name = default;

        if (text is null || text.Length > MaxLength || !Subdomain().IsMatch(text))
        {
            return false;
        }

        name = new SecretName(text);
        return true;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();
}
