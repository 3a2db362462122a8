using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="TrustDomain"/> as text; any text is one.</summary>
internal sealed class TrustDomainConverter : TextIdConverter<TrustDomain>
{
    protected override bool TryParse(string? text, out TrustDomain id)
    {
        id = new TrustDomain(text ?? "");
        return text is not null;
    }
}
