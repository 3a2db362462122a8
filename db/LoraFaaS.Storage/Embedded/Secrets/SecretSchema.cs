using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Secrets;

/// <summary>How entries make the secrets.</summary>
internal sealed class SecretSchema : IStateSchema<ImmutableDictionary<SecretId, SecretRecord>, SecretEntry>
{
    public string Name => "secrets";

    public ImmutableDictionary<SecretId, SecretRecord> Empty => ImmutableDictionary<SecretId, SecretRecord>.Empty;

    public JsonTypeInfo<SecretEntry> EntryType => StorageJson.Default.SecretEntry;

    public ImmutableDictionary<SecretId, SecretRecord> Apply(ImmutableDictionary<SecretId, SecretRecord> state, SecretEntry entry) => entry switch
    {
        SecretEntry.PutSecret(var secret) => state.SetItem(new SecretId(secret.Namespace, secret.Name), secret),
        SecretEntry.DeleteSecret(var space, var name) => state.Remove(new SecretId(space, name)),
        _ => throw new UnreachableException(),
    };

    public IEnumerable<SecretEntry> Describe(ImmutableDictionary<SecretId, SecretRecord> state) =>
        state.Values.Select(SecretEntry (secret) => new SecretEntry.PutSecret(secret));
}
