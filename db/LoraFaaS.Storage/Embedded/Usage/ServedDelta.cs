using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>Adds to a function's minute. <c>Minute</c> counts minutes since 1970-01-01T00:00Z.</summary>
internal sealed record ServedDelta(FunctionId Function, long Minute, ServedSum Sum);
