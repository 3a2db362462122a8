using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="CallId"/> as text. The door has checked what it may hold.</summary>
internal sealed class CallIdConverter : TextIdConverter<CallId>
{
    protected override bool TryParse(string? text, out CallId id)
    {
        id = new CallId(text ?? "");
        return !string.IsNullOrEmpty(text);
    }
}
