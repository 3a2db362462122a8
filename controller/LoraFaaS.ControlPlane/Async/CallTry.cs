using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>One try at a leased call, as its holder names it. <c>GivenUp</c>: what is delivered is the failure of an execution that was given up, for the reason in <c>Error</c>.</summary>
public sealed record CallTry(CallId Id, string Lease, FunctionId Function, CallPhase Phase, int Attempt, bool HasCallback, bool GivenUp, string? Error);
