using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>The functions that every template finds.</summary>
internal static class Globals
{
    public static void Define(Scope scope, DateTimeOffset now, Work work)
    {
        Define(scope, "raise_exception", a => throw new RenderException(RenderFault.Raised, PythonText.Of(a.Get(0, "message"), work).Value));
        Define(scope, "strftime_now", a => TextValue.Trusted(Strftime.Format(now, a.Text(0, "format").Value)));
        Define(scope, "range", a => Range(a, work));
        Define(scope, "dict", a => Dictionary(a, work));
        Define(scope, "namespace", a => Namespace(a));
    }

    private static void Define(Scope scope, string name, Func<Arguments, TemplateValue> body) => scope.Set(name, new FunctionValue(name, body));

    private static ListValue Range(Arguments arguments, Work work)
    {
        var (start, stop, step) = arguments.Count switch
        {
            1 => (0, arguments.Int32(0, "stop", 0), 1),
            2 => (arguments.Int32(0, "start", 0), arguments.Int32(1, "stop", 0), 1),
            3 => (arguments.Int32(0, "start", 0), arguments.Int32(1, "stop", 0), arguments.Int32(2, "step", 1)),
            _ => throw RenderException.Wrong("range takes one to three integers"),
        };

        if (step == 0)
        {
            throw RenderException.Wrong("a range's step must not be zero");
        }

        var count = Math.Max(0, (((long)stop - start) + step - Math.Sign(step)) / step);
        work.MakeItems(count);
        var items = new TemplateValue[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new WholeValue(start + ((long)i * step));
        }

        return new ListValue(items);
    }

    private static MapValue Dictionary(Arguments arguments, Work work)
    {
        var entries = new OrderedDictionary<string, TemplateValue>(StringComparer.Ordinal);
        if (arguments.Find(0, "mapping") is MapValue map)
        {
            work.MakeItems(map.Entries.Count);
            foreach (var (key, value) in map.Entries)
            {
                entries[key] = value;
            }
        }

        foreach (var (name, value) in arguments.Named)
        {
            entries[name] = value;
        }

        // A copy of a caller's dictionary is a caller's.
        return new MapValue(entries, isPlain: arguments.Find(0, "mapping") is MapValue source && source.KeyText("k").Marks is not null);
    }

    private static NamespaceValue Namespace(Arguments arguments)
    {
        var space = new NamespaceValue();
        if (arguments.Find(0, "mapping") is MapValue map && arguments.Count > 0)
        {
            foreach (var (key, value) in map.Entries)
            {
                space.Members[key] = value;
            }
        }

        foreach (var (name, value) in arguments.Named)
        {
            space.Members[name] = value;
        }

        return space;
    }
}
