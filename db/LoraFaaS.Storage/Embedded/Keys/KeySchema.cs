using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Keys;

/// <summary>How entries make the API keys.</summary>
internal sealed class KeySchema : IStateSchema<KeyState, KeyEntry>
{
    public string Name => "keys";

    public KeyState Empty => KeyState.Empty;

    public JsonTypeInfo<KeyEntry> EntryType => StorageJson.Default.KeyEntry;

    public KeyState Apply(KeyState state, KeyEntry entry) => entry switch
    {
        KeyEntry.PutKey(var key) => new KeyState(state.Version + 1, state.Keys.SetItem(key.Id.Value, key)),
        KeyEntry.DeleteKey(var id) => new KeyState(state.Version + 1, state.Keys.Remove(id.Value)),
        KeyEntry.SetKeyVersion(var version) => state with { Version = version },
        _ => throw new UnreachableException(),
    };

    public IEnumerable<KeyEntry> Describe(KeyState state) =>
        [.. state.Keys.Values.Select(KeyEntry (key) => new KeyEntry.PutKey(key)), new KeyEntry.SetKeyVersion(state.Version)];
}
