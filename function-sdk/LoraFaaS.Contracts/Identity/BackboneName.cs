using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LoraFaaS.Contracts.Identity;

/// <summary>The name a backbone is registered under: lower-case letters, digits, dots, dashes and underscores.</summary>
public readonly partial record struct BackboneName(string Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out BackboneName name)
    {
        name = default;

        if (text is null || text.Length > 128 || !Pattern().IsMatch(text))
        {
            return false;
        }

        name = new BackboneName(text);
        return true;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9]([-._a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Pattern();
}
