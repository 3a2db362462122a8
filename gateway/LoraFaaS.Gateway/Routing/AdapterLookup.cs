using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// A function by what LoRAX's clients call <c>adapter_id</c>: a function's or backbone's name, or a reference to the adapter. With a digest
/// that is the function which serves just these weights; with a tag, the function named as the adapter on that backbone. References find only
/// functions of the default namespace: others are called by their names.
/// </summary>
internal static class AdapterLookup
{
    public static RouteEntry? Find(RouteTable table, string adapterId)
    {
        if (RevisionLookup.FindModel(table, adapterId) is { } named)
        {
            return named;
        }

        if (!AdapterReference.TryParse(adapterId, out var reference))
        {
            return null;
        }

        return reference.Pinned is { } digest
            ? table.Routes.Values
                .Where(route => route.Revision.AdapterDigest == digest && IsOurs(route, reference))
                .MinBy(route => route.Function.Name.Value, StringComparer.Ordinal)
            : table.Find(reference.Adapter.Value) is { IsBackbone: false } route && IsOurs(route, reference) ? route : null;
    }

    /// <summary>What serves a request that names no adapter: the backbone told, or the only one.</summary>
    public static RouteEntry? FindBackbone(RouteTable table, string defaultBackbone)
    {
        if (defaultBackbone.Length > 0)
        {
            return table.FindModel(defaultBackbone);
        }

        var backbones = table.Routes.Values.Where(route => route.IsBackbone).Take(2).ToList();
        return backbones is [var only] ? only : null;
    }

    private static bool IsOurs(RouteEntry route, AdapterReference reference) =>
        route.Revision.Backbone == reference.Backbone && route.Function.Namespace == NamespaceName.Default;
}
