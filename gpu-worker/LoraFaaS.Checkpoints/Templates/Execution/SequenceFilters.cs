using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>The filters over sequences.</summary>
internal static class SequenceFilters
{
    public static IReadOnlyDictionary<string, Func<TemplateValue, Arguments, Work, TemplateValue>> All { get; } =
        new Dictionary<string, Func<TemplateValue, Arguments, Work, TemplateValue>>(StringComparer.Ordinal)
        {
            ["join"] = Join,
            ["map"] = Map,
            ["select"] = (v, a, w) => Where(v, w, item => Holds(item, a, w)),
            ["reject"] = (v, a, w) => Where(v, w, item => !Holds(item, a, w)),
            ["selectattr"] = (v, a, w) => Where(v, w, item => Holds(Path(item, a.Get(0, "attribute"), w), a.Skip(1), w)),
            ["rejectattr"] = (v, a, w) => Where(v, w, item => !Holds(Path(item, a.Get(0, "attribute"), w), a.Skip(1), w)),
            ["sort"] = Sort,
            ["dictsort"] = DictSort,
            ["unique"] = Unique,
            ["sum"] = Sum,
            ["min"] = (v, a, w) => Extreme(v, a, w, 1),
            ["max"] = (v, a, w) => Extreme(v, a, w, -1),
        };

    private static TextValue Join(TemplateValue value, Arguments arguments, Work work)
    {
        var separator = arguments.Find(0, "d") is { } given ? PythonText.Of(given, work) : TextValue.Empty;
        var attribute = arguments.Find(1, "attribute");
        var parts = Sequences.Items(value, work).Select(i => PythonText.Of(attribute is null ? i : Path(i, attribute, work), work));
        return TextOperations.Join(separator, parts, work);
    }

    private static ListValue Map(TemplateValue value, Arguments arguments, Work work)
    {
        var items = Sequences.Items(value, work);
        work.MakeItems(items.Count);

        if (arguments.Count == 0 && arguments.Find(0, "attribute") is { } attribute)
        {
            var otherwise = arguments.Find(1, "default");
            return new ListValue([.. items.Select(i => Path(i, attribute, work) is var found && found is UndefinedValue && otherwise is not null ? otherwise : found)]);
        }

        var filter = arguments.Text(0, "filter").Value;
        var rest = arguments.Skip(1);
        return new ListValue([.. items.Select(i => Filters.Apply(filter, i, rest, work))]);
    }

    /// <summary>The test that the first argument names, on the rest; truth itself without arguments.</summary>
    private static bool Holds(TemplateValue item, Arguments arguments, Work work)
    {
        work.Step();
        return arguments.Count == 0 ? item.IsTrue : TemplateTests.Apply(arguments.Text(0, "test").Value, item, arguments.Skip(1), work);
    }

    private static ListValue Where(TemplateValue value, Work work, Func<TemplateValue, bool> holds)
    {
        var items = Sequences.Items(value, work);
        work.MakeItems(items.Count);
        return new ListValue([.. items.Where(holds)]);
    }

    /// <summary>An entry by name, by place, or by a path of them with dots.</summary>
    private static TemplateValue Path(TemplateValue item, TemplateValue path, Work work)
    {
        work.Step();
        if (path is not TextValue names)
        {
            return Members.Index(item, path, work);
        }

        foreach (var name in names.Value.Split('.'))
        {
            item = long.TryParse(name, out var place) && item is ListValue ? Sequences.Index(item, place) : Members.Index(item, TextValue.Trusted(name), work);
        }

        return item;
    }

    private static ListValue Sort(TemplateValue value, Arguments arguments, Work work)
    {
        var items = Sequences.Items(value, work);
        work.MakeItems(items.Count);
        var attribute = arguments.Find(2, "attribute");
        var keyed = items.Select(i => (Item: i, Key: Fold(attribute is null or NoneValue ? i : Path(i, attribute, work), arguments.Flag(1, "case_sensitive", otherwise: false))));
        var order = Comparer<TemplateValue>.Create((a, b) => Operations.Compare(a, b, work));
        var sorted = arguments.Flag(0, "reverse", otherwise: false) ? keyed.OrderByDescending(k => k.Key, order) : keyed.OrderBy(k => k.Key, order);
        return new ListValue([.. Ordered(sorted).Select(k => k.Item)]);
    }

    private static ListValue DictSort(TemplateValue value, Arguments arguments, Work work)
    {
        if (value is not MapValue map)
        {
            throw RenderException.Wrong($"{value.Kind} is not a mapping");
        }

        var byValue = arguments.TextOrNull(1, "by")?.Value == "value";
        var isSensitive = arguments.Flag(0, "case_sensitive", otherwise: false);
        var order = Comparer<TemplateValue>.Create((a, b) => Operations.Compare(a, b, work));
        var pairs = Members.Items(map, work).Items.Cast<ListValue>();
        var sorted = arguments.Flag(2, "reverse", otherwise: false)
            ? pairs.OrderByDescending(p => Fold(p.Items[byValue ? 1 : 0], isSensitive), order)
            : pairs.OrderBy(p => Fold(p.Items[byValue ? 1 : 0], isSensitive), order);
        return new ListValue([.. Ordered(sorted)]);
    }

    /// <summary>The framework wraps what a comparison throws; a rendering's own exception is taken out again.</summary>
    private static List<T> Ordered<T>(IOrderedEnumerable<T> items)
    {
        try
        {
            return [.. items];
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is RenderException inner)
        {
            throw new RenderException(inner.Fault, inner.Message);
        }
    }

    private static TemplateValue Fold(TemplateValue value, bool isSensitive) =>
        !isSensitive && value is TextValue text ? TextOperations.Lower(text) : value;

    private static ListValue Unique(TemplateValue value, Arguments arguments, Work work)
    {
        var kept = new List<TemplateValue>();
        foreach (var item in Sequences.Items(value, work))
        {
            if (!kept.Any(k => Operations.AreEqual(Fold(k, isSensitive: false), Fold(item, isSensitive: false), work)))
            {
                kept.Add(item);
            }
        }

        return new ListValue(kept);
    }

    private static TemplateValue Sum(TemplateValue value, Arguments arguments, Work work)
    {
        var attribute = arguments.Find(0, "attribute");
        var start = arguments.Find(1, "start") ?? new WholeValue(0);
        return Sequences.Items(value, work)
            .Select(i => attribute is null or NoneValue ? i : Path(i, attribute, work))
            .Aggregate(start, (sum, item) => Operations.Apply("+", sum, item, work));
    }

    private static TemplateValue Extreme(TemplateValue value, Arguments arguments, Work work, int sign)
    {
        var attribute = arguments.Find(1, "attribute");
        TemplateValue? best = null;
        TemplateValue? bestKey = null;
        foreach (var item in Sequences.Items(value, work))
        {
            var key = Fold(attribute is null or NoneValue ? item : Path(item, attribute, work), arguments.Flag(0, "case_sensitive", otherwise: false));
            if (bestKey is null || sign * Operations.Compare(key, bestKey, work) < 0)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("the extreme of nothing");
    }
}
