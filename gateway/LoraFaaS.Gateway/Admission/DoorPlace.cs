using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A place that an invocation runs in, by whose account and at what cost.</summary>
internal readonly record struct DoorPlace(NamespaceName Namespace, double Cost);
