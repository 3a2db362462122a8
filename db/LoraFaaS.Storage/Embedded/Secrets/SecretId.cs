using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Secrets;

/// <summary>What a secret is unique by.</summary>
internal readonly record struct SecretId(NamespaceName Namespace, SecretName Name);
