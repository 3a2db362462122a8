using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LoraFaaS.Contracts.Identity;

/// <summary>
/// <c>lora://&lt;backbone&gt;/&lt;adapter&gt;[:tag|@sha256:…]</c>, the <c>image</c> of a function.
/// <c>:latest</c>, which faas-cli appends by itself, is the newest push.
/// </summary>
public sealed partial record AdapterReference(BackboneName Backbone, AdapterName Adapter, string Tag, Digest? Pinned)
{
    public const string Scheme = "lora://";
    public const string LatestTag = "latest";

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AdapterReference? reference)
    {
        reference = null;

        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);

        if (slash <= 0 || !BackboneName.TryParse(rest[..slash], out var backbone))
        {
            return false;
        }

        rest = rest[(slash + 1)..];
        Digest? pinned = null;
        var tag = LatestTag;
        var at = rest.IndexOf('@', StringComparison.Ordinal);

        if (at >= 0)
        {
            var pin = rest[(at + 1)..];

            // faas-cli appends ":latest" to a reference it takes for untagged, a digest included.
            if (pin.EndsWith(":latest", StringComparison.Ordinal))
            {
                pin = pin[..^":latest".Length];
            }

            if (!Digest.TryParse(pin, out var digest))
            {
                return false;
            }

            pinned = digest;
            rest = rest[..at];
        }
        else if (rest.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];

            if (!TagPattern().IsMatch(tag))
            {
                return false;
            }
        }

        if (!AdapterName.TryParse(rest, out var adapter))
        {
            return false;
        }

        reference = new AdapterReference(backbone, adapter, tag, pinned);
        return true;
    }

    public override string ToString() =>
        Pinned is { } digest ? $"{Scheme}{Backbone}/{Adapter}@{digest}" : $"{Scheme}{Backbone}/{Adapter}:{Tag}";

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();
}
