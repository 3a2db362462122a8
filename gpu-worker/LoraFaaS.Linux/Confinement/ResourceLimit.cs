namespace LoraFaaS.Linux.Confinement;

/// <summary>One setrlimit(2): soft and hard alike, so that the process cannot raise it again.</summary>
public readonly record struct ResourceLimit(Resource Resource, ulong Value);
