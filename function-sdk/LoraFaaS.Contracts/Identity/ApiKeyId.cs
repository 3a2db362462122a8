using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Contracts.Identity;

/// <summary>The public half of an API key, 16 lower-case hexadecimal digits: safe to show, to log and to look up by.</summary>
public readonly record struct ApiKeyId(string Value)
{
    public const int Length = 16;

    public static bool TryParse([NotNullWhen(true)] string? text, out ApiKeyId id)
    {
        id = default;

        if (text is null || text.Length != Length || !text.All(c => char.IsAsciiHexDigitLower(c)))
        {
            return false;
        }

        id = new ApiKeyId(text);
        return true;
    }

    public override string ToString() => Value;
}
