using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>What the <c>image</c> field of a deployment names: an adapter on a backbone, or the backbone alone.</summary>
public abstract record ImageReference
{
    private ImageReference()
    {
    }

    public abstract BackboneName Backbone { get; }

    public sealed record OfAdapter(AdapterReference Reference) : ImageReference
    {
        public override BackboneName Backbone => Reference.Backbone;
    }

    public sealed record OfBackbone(BackboneName Name) : ImageReference
    {
        public override BackboneName Backbone => Name;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? image)
    {
        image = null;

        if (AdapterReference.TryParse(text, out var adapter))
        {
            image = new OfAdapter(adapter);
            return true;
        }

        if (text is null || !text.StartsWith(AdapterReference.Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var name = text[AdapterReference.Scheme.Length..];

        // faas-cli appends it to every image without a tag; a backbone has no other tags.
        if (name.EndsWith(":latest", StringComparison.Ordinal))
        {
            name = name[..^":latest".Length];
        }

        if (!BackboneName.TryParse(name, out var backbone))
        {
            return false;
        }

        image = new OfBackbone(backbone);
        return true;
    }
}
