using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A function's adapter came nearer to a worker's device, or went further from it. <c>Reason</c> is the worker's own, where it gave one.</summary>
public sealed record TierMove(DateTimeOffset At, WorkerId Worker, FunctionId Function, StorageTier From, StorageTier To, string Reason);
