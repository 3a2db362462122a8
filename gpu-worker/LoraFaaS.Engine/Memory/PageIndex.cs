namespace LoraFaaS.Engine.Memory;

/// <summary>A page's place in its pool.</summary>
public readonly record struct PageIndex(int Value);
