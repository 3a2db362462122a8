using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Keys;

/// <summary>One change of the API keys, as journalled. The names on the wire are for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(PutKey), "put-key")]
[JsonDerivedType(typeof(DeleteKey), "delete-key")]
[JsonDerivedType(typeof(SetKeyVersion), "set-version")]
internal abstract record KeyEntry
{
    private KeyEntry()
    {
    }

    public sealed record PutKey(ApiKeyRecord Key) : KeyEntry;

    public sealed record DeleteKey(ApiKeyId Id) : KeyEntry;

    /// <summary>Only in snapshots, last: sets the version that the entries before have miscounted.</summary>
    public sealed record SetKeyVersion(long Version) : KeyEntry;
}
