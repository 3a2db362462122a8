using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>Adds to a function's bucket. <c>Hour</c> counts hours since 1970-01-01T00Z.</summary>
internal sealed record UsageDelta(FunctionId Function, long Hour, UsageBucket Use);
