using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="FunctionId"/> as text.</summary>
internal sealed class FunctionIdConverter : TextIdConverter<FunctionId>
{
    protected override bool TryParse(string? text, out FunctionId id) => FunctionId.TryParse(text, out id);
}
