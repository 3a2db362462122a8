namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// Takes $ref, allOf, anyOf and oneOf out of a conjunction of schemas: answers the alternatives, each a list of schemas that all hold and whose own
/// plain keywords are all that is left to read. A conjunction is known by its places, so recursive schemas have finitely many.
/// </summary>
internal sealed class Alternatives
{
    /// <summary>Schemas that may hold in one place at once.</summary>
    private const int MaxSchemas = 256;

    /// <summary>Schemas looked at in all, about 1 µs each.</summary>
    private const int MaxVisits = 200_000;

    private int _visits;

    public IReadOnlyList<IReadOnlyList<SchemaPlace>> Of(IEnumerable<SchemaPlace> conjunction) =>
        All(conjunction, []);

    private List<IReadOnlyList<SchemaPlace>> All(IEnumerable<SchemaPlace> schemas, HashSet<string> entered) =>
        schemas.Aggregate(new List<IReadOnlyList<SchemaPlace>> { Array.Empty<SchemaPlace>() }, (product, schema) => Cross(schema, product, One(schema, entered)));

    private List<IReadOnlyList<SchemaPlace>> One(SchemaPlace schema, HashSet<string> entered)
    {
        if (++_visits > MaxVisits)
        {
            throw schema.Refuse("its references and combinations take too long to resolve");
        }

        if (!schema.IsObject)
        {
            return schema.ForbidsAll ? [] : [[]];
        }

        if (!entered.Add(schema.Path))
        {
            throw schema.Refuse("it is defined by itself, with no value in between");
        }

        Keywords.Check(schema);
        var product = new List<IReadOnlyList<SchemaPlace>> { new[] { schema } };

        if (schema.Text("$ref") is { } reference)
        {
            product = Cross(schema, product, One(JsonPointer.Resolve(schema, reference), entered));
        }

        if (schema.Children("allOf") is { } parts)
        {
            product = Cross(schema, product, All(parts, entered));
        }

        foreach (var keyword in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (schema.Children(keyword) is { } choices)
            {
                product = Cross(schema, product, [.. choices.SelectMany(choice => One(choice, entered))]);
            }
        }

        entered.Remove(schema.Path);
        return product;
    }

    private static List<IReadOnlyList<SchemaPlace>> Cross(
        SchemaPlace schema, List<IReadOnlyList<SchemaPlace>> left, List<IReadOnlyList<SchemaPlace>> right)
    {
        if (left.Select(part => part.Count).DefaultIfEmpty().Max() + right.Select(part => part.Count).DefaultIfEmpty().Max() > MaxSchemas)
        {
            throw schema.Refuse($"more than {MaxSchemas} schemas hold at once");
        }

        if ((long)left.Count * right.Count > GrammarLimits.Alternatives)
        {
            throw schema.Refuse($"it multiplies to more than {GrammarLimits.Alternatives} alternatives");
        }

        return [.. left.SelectMany(_ => right, (a, b) => (IReadOnlyList<SchemaPlace>)[.. a.Concat(b).DistinctBy(place => place.Path)])];
    }
}
