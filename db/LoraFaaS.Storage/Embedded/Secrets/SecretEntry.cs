using System.Text.Json.Serialization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Secrets;

/// <summary>One change of the secrets, as journalled. The names on the wire are for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(PutSecret), "put-secret")]
[JsonDerivedType(typeof(DeleteSecret), "delete-secret")]
internal abstract record SecretEntry
{
    private SecretEntry()
    {
    }

    public sealed record PutSecret(SecretRecord Secret) : SecretEntry;

    public sealed record DeleteSecret(NamespaceName Namespace, SecretName Name) : SecretEntry;
}
