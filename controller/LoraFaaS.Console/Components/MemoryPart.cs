namespace LoraFaaS.Console.Components;

/// <summary>Bytes of one kind of artifact.</summary>
internal sealed record MemoryPart(string Kind, string Name, double Bytes);
