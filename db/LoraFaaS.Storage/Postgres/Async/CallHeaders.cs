using System.Text.Json;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>Headers as one column.</summary>
internal static class CallHeaders
{
    public static string Write(IReadOnlyDictionary<string, string> headers) =>
        JsonSerializer.Serialize(headers, StorageJson.Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, string> Read(string json) =>
        JsonSerializer.Deserialize(json, StorageJson.Default.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>();
}
