using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>Who may invoke: every API key, and the namespaces whose annotation asks for one. Replaced as a whole when either changes.</summary>
public sealed record RouteAccess(ImmutableArray<ApiKeyRecord> Keys, ImmutableArray<NamespaceName> LockedNamespaces)
{
    public static readonly RouteAccess Empty = new([], []);

    public static ImmutableArray<NamespaceName> LockedOf(IReadOnlyList<NamespaceRecord> namespaces) =>
    [
        .. namespaces
            .Where(record => record.Annotations.TryGetValue(FunctionAnnotations.RequireApiKey, out var value) && value == "true")
            .Select(record => record.Name),
    ];
}
