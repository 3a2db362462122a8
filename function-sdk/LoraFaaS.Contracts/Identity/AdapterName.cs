using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Contracts.Identity;

/// <summary>The name an adapter is pushed under, unique within its backbone. Same alphabet as <see cref="BackboneName"/>.</summary>
public readonly record struct AdapterName(string Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out AdapterName name)
    {
        name = default;

        if (!BackboneName.TryParse(text, out var sameAlphabet))
        {
            return false;
        }

        name = new AdapterName(sameAlphabet.Value);
        return true;
    }

    public override string ToString() => Value;
}
