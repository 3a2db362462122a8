namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>Consecutive sequence numbers, both ends included.</summary>
internal readonly record struct SequenceRange(ulong First, ulong Last);
