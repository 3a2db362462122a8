using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="SecretName"/> as text.</summary>
internal sealed class SecretNameConverter : TextIdConverter<SecretName>
{
    protected override bool TryParse(string? text, out SecretName id) => SecretName.TryParse(text, out id);
}
