using System.Text.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// The names that schemas of a document give themselves by <c>$anchor</c> (JSON Schema 2020-12, 8.2.2), or by an <c>$id</c> that is only a fragment, as drafts up to 7 had it. A name holds within
/// its resource. The document is walked when the first name is asked for, once.
/// </summary>
internal sealed class SchemaAnchors
{
    private readonly Lazy<Dictionary<(string Resource, string Name), List<SchemaPlace>>> _places;

    public SchemaAnchors(JsonElement document)
    {
        _places = new(() => Walk(document), LazyThreadSafetyMode.None);
    }

    public SchemaPlace Find(SchemaPlace from, string name)
    {
        if (!_places.Value.TryGetValue((from.Resource.Path, name), out var places))
        {
            throw from.Refuse($"$ref #{name} leads nowhere: no schema here has this $anchor");
        }

        return places.Count == 1 ? places[0] : throw from.Refuse($"$ref #{name}: {places.Count} schemas have this $anchor");
    }

    private Dictionary<(string Resource, string Name), List<SchemaPlace>> Walk(JsonElement document)
    {
        var found = new Dictionary<(string Resource, string Name), List<SchemaPlace>>();
        var open = new Stack<SchemaPlace>([new SchemaPlace("", document, new SchemaResource("", document, this).At("", document))]);

        while (open.TryPop(out var schema))
        {
            foreach (var name in NamesOf(schema.Element))
            {
                if (!found.TryGetValue((schema.Resource.Path, name), out var places))
                {
                    found.Add((schema.Resource.Path, name), places = []);
                }

                places.Add(schema);
            }

            foreach (var (step, element) in Keywords.SchemasIn(schema.Element))
            {
                var path = schema.PathTo(step);
                open.Push(new SchemaPlace(path, element, schema.Resource.At(path, element)));
            }
        }

        return found;
    }

    private static IEnumerable<string> NamesOf(JsonElement schema)
    {
        if (schema.TryGetProperty("$anchor", out var anchor) && anchor.ValueKind is JsonValueKind.String)
        {
            yield return anchor.GetString()!;
        }

        if (schema.TryGetProperty("$id", out var id) && id.ValueKind is JsonValueKind.String && id.GetString() is ['#', _, ..] fragment)
        {
            yield return fragment[1..];
        }
    }
}
