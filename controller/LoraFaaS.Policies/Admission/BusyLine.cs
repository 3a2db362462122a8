using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Policies.Admission;

/// <summary>A worker that has no place for an invocation now, and whose line it could stand in.</summary>
/// <param name="Worker">Which.</param>
/// <param name="RetryAfter">When it expects to have a place; null: it did not say.</param>
public readonly record struct BusyLine(WorkerId Worker, TimeSpan? RetryAfter);
