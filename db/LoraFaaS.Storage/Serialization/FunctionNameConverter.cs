using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="FunctionName"/> as text.</summary>
internal sealed class FunctionNameConverter : TextIdConverter<FunctionName>
{
    protected override bool TryParse(string? text, out FunctionName id) => FunctionName.TryParse(text, out id);
}
