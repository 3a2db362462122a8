using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// What <c>#</c> means within it (JSON Schema 2020-12, 8.2.1): the document, or a schema in it that has an <c>$id</c> of its own. Schemas of different authors can so stand in one document, each
/// with <c>$defs</c> of its own.
/// </summary>
/// <param name="Path">Where it stands in the document, a JSON pointer.</param>
/// <param name="Root">Its own root.</param>
/// <param name="Anchors">The names that schemas of the whole document have.</param>
internal sealed record SchemaResource(string Path, JsonElement Root, SchemaAnchors Anchors)
{
    /// <summary>The resource that an element belongs to: its own, if it begins one.</summary>
    public SchemaResource At(string path, JsonElement element) => BeginsOne(element) ? new SchemaResource(path, element, Anchors) : this;

    /// <summary>In drafts up to 7, an id that is only a fragment was the name of a place.</summary>
    private static bool BeginsOne(JsonElement element) =>
        element.ValueKind is JsonValueKind.Object
        && element.TryGetProperty("$id", out var id)
        && id.ValueKind is JsonValueKind.String
        && !id.GetString()!.StartsWith('#');
}
