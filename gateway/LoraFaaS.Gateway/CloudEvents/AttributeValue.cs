using System.Text.Json;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>An attribute's value in its canonical text, and which JSON type it came as: a number is to leave as a number again.</summary>
internal readonly record struct AttributeValue(string Text, JsonValueKind Kind)
{
    public static AttributeValue Of(string text) => new(text, JsonValueKind.String);
}
