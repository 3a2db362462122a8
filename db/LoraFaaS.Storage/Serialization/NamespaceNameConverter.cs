using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="NamespaceName"/> as text.</summary>
internal sealed class NamespaceNameConverter : TextIdConverter<NamespaceName>
{
    protected override bool TryParse(string? text, out NamespaceName id) => NamespaceName.TryParse(text, out id);
}
