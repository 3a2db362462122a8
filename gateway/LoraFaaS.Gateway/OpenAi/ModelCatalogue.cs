using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Functions and backbones as models: those that the caller may invoke.</summary>
internal static class ModelCatalogue
{
    public static ModelList List(RouteTable table, Func<RouteEntry, bool> maySee) => new(
        "list",
        [.. table.Routes.Values.Where(maySee).OrderBy(route => route.IsBackbone).ThenBy(route => route.ModelId, StringComparer.Ordinal).Select(ToEntry)]);

    public static ModelEntry? Find(RouteTable table, string model, Func<RouteEntry, bool> maySee) =>
        RevisionLookup.FindModel(table, model) is { } route && maySee(route) ? Named(ToEntry(route), model) : null;

    /// <summary>A revision is the model that was asked for, under the name it was asked for by.</summary>
    private static ModelEntry Named(ModelEntry entry, string model) => model.Contains(RevisionLookup.Pin, StringComparison.Ordinal) ? entry with { Id = model } : entry;

    private static ModelEntry ToEntry(RouteEntry route) => new(
        route.IsBackbone ? route.Revision.Backbone.Value : route.ModelId,
        "model",
        route.CreatedAt.ToUnixTimeSeconds(),
        "lorafaas",
        route.Revision.AdapterDigest?.Value ?? route.Revision.Backbone.Value,
        route.IsBackbone ? null : route.Revision.Backbone.Value,
        route.Revision.ContextLength > 0 ? route.Revision.ContextLength : null);
}
