using System.Text.Json.Serialization.Metadata;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// What a journalled store is made of: an immutable state and the entries that change it. <see cref="Apply"/> is pure, so that
/// replaying gives what was there.
/// </summary>
internal interface IStateSchema<TState, TEntry>
    where TState : class
    where TEntry : class
{
    /// <summary>The store's name in file headers and messages.</summary>
    string Name { get; }

    TState Empty { get; }

    JsonTypeInfo<TEntry> EntryType { get; }

    TState Apply(TState state, TEntry entry);

    /// <summary>Entries that make this state out of <see cref="Empty"/>: a snapshot's content.</summary>
    IEnumerable<TEntry> Describe(TState state);
}
