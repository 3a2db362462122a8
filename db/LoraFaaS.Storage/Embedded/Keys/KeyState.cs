using System.Collections.Immutable;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Keys;

/// <summary>All API keys by id, frozen.</summary>
internal sealed record KeyState(long Version, ImmutableSortedDictionary<string, ApiKeyRecord> Keys)
{
    public static readonly KeyState Empty = new(0, ImmutableSortedDictionary.Create<string, ApiKeyRecord>(StringComparer.Ordinal));
}
