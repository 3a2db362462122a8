using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="Digest"/> as text.</summary>
internal sealed class DigestConverter : TextIdConverter<Digest>
{
    protected override bool TryParse(string? text, out Digest id) => Digest.TryParse(text, out id);
}
