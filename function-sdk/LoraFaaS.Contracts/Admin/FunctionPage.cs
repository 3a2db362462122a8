using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Contracts.Admin;

/// <summary>Some of the functions that match, and how many there are of them in all.</summary>
public sealed record FunctionPage(long Total, IReadOnlyList<FunctionStatus> Items);
