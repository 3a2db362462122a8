using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="BackboneName"/> as text.</summary>
internal sealed class BackboneNameConverter : TextIdConverter<BackboneName>
{
    protected override bool TryParse(string? text, out BackboneName id) => BackboneName.TryParse(text, out id);
}
