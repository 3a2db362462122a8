using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="ApiKeyId"/> as text.</summary>
internal sealed class ApiKeyIdConverter : TextIdConverter<ApiKeyId>
{
    protected override bool TryParse(string? text, out ApiKeyId id) => ApiKeyId.TryParse(text, out id);
}
