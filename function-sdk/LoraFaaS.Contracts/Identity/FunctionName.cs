using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LoraFaaS.Contracts.Identity;

/// <summary>A deployable function name: an RFC 1123 label of at most 63 characters.</summary>
public readonly partial record struct FunctionName(string Value)
{
    public const int MaxLength = 63;

    public static bool TryParse([NotNullWhen(true)] string? text, out FunctionName name)
    {
        name = default;

        if (text is null || text.Length > MaxLength || !Label().IsMatch(text))
        {
            return false;
        }

        name = new FunctionName(text);
        return true;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    internal static partial Regex Label();
}
