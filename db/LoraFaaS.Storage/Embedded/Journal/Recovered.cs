namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// What a start found: the state, the journal to go on with and the number of entries it stands for.
/// <c>TornBytes</c> of that journal's end were a write that a crash cut short; they were never acknowledged and are gone.
/// </summary>
internal sealed record Recovered<TState>(TState State, long Generation, long Sequence, long JournalLength, long TornBytes);
