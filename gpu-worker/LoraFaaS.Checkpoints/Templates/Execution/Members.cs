using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Attributes, entries and methods of values. Methods that change their value are not there: templates run on a caller's data.</summary>
internal static class Members
{
    /// <summary><c>target.name</c>: a method first, then an entry.</summary>
    public static TemplateValue Attribute(TemplateValue target, string name, Work work) =>
        (TemplateValue?)Method(target, name, work) ?? Entry(target, name) ?? Missing(target, name);

    /// <summary><c>target[key]</c>: an entry or place first, then a method.</summary>
    public static TemplateValue Index(TemplateValue target, TemplateValue key, Work work)
    {
        if (key is TextValue name)
        {
            return Entry(target, name.Value) ?? (TemplateValue?)Method(target, name.Value, work) ?? Missing(target, name.Value);
        }

        if (target is ListValue or TextValue && Operations.ToWhole(key) is { } place)
        {
            return Sequences.Index(target, place);
        }

        return Missing(target, PythonText.Of(key, work).Value);
    }

    private static TemplateValue? Entry(TemplateValue target, string name) => target switch
    {
        MapValue map => map.Entries.GetValueOrDefault(name),
        NamespaceValue space => space.Members.GetValueOrDefault(name),
        LoopValue loop => loop.Find(name),
        UndefinedValue undefined => throw RenderException.Wrong($"'{undefined.Name}' is undefined"),
        _ => null,
    };

    private static UndefinedValue Missing(TemplateValue target, string name) => target is UndefinedValue undefined
        ? throw RenderException.Wrong($"'{undefined.Name}' is undefined")
        : new UndefinedValue($"{target.Kind}.{name}");

    private static FunctionValue? Method(TemplateValue target, string name, Work work)
    {
        Func<Arguments, TemplateValue>? body = target switch
        {
            TextValue text => TextMethods.Find(text, name, work),
            MapValue map => MapMethod(map, name, work),
            ListValue list => ListMethod(list, name, work),
            _ => null,
        };

        return body is null ? null : new FunctionValue(name, body);
    }

    private static Func<Arguments, TemplateValue>? MapMethod(MapValue map, string name, Work work) => name switch
    {
        "items" => _ => Items(map, work),
        "keys" => _ => new ListValue(Sequences.Items(map, work)),
        "values" => _ => new ListValue([.. map.Entries.Values]),
        "get" => a => map.Entries.GetValueOrDefault(a.Text(0, "key").Value) ?? a.Find(1, "default") ?? NoneValue.Instance,
        _ => null,
    };

    public static ListValue Items(MapValue map, Work work)
    {
        work.MakeItems(map.Entries.Count);
        return new ListValue([.. map.Entries.Select(e => new ListValue([map.KeyText(e.Key), e.Value], isTuple: true))]);
    }

    private static Func<Arguments, TemplateValue>? ListMethod(ListValue list, string name, Work work) => name switch
    {
        "count" => a => new WholeValue(list.Items.Count(i => Operations.AreEqual(i, a.Get(0, "value"), work))),
        "index" => a =>
        {
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (Operations.AreEqual(list.Items[i], a.Get(0, "value"), work))
                {
                    return new WholeValue(i);
                }
            }

            throw RenderException.Wrong("the value is not in the list");
        },
        _ => null,
    };
}
