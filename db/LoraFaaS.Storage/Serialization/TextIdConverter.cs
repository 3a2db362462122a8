using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraFaaS.Storage.Serialization;

/// <summary>Writes an id as its text, as a value and as a property name, so that stored JSON reads and queries plainly.</summary>
internal abstract class TextIdConverter<T> : JsonConverter<T>
    where T : struct
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    public sealed override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    public sealed override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString()!);

    protected abstract bool TryParse(string? text, out T id);

    private T Parse(string? text) => TryParse(text, out var id) ? id : throw new JsonException($"'{text}' is no {typeof(T).Name}.");
}
