using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="AdapterName"/> as text.</summary>
internal sealed class AdapterNameConverter : TextIdConverter<AdapterName>
{
    protected override bool TryParse(string? text, out AdapterName id) => AdapterName.TryParse(text, out id);
}
