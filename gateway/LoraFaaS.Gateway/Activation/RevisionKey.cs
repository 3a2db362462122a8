using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Activation;

/// <summary>What is woken: one revision of one function.</summary>
internal readonly record struct RevisionKey(FunctionId Function, int Number);
