using System.Collections.Frozen;
using System.Globalization;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Jinja's filters, those that chat templates use.</summary>
internal static class Filters
{
    private delegate TemplateValue Filter(TemplateValue value, Arguments arguments, Work work);

    private static readonly FrozenDictionary<string, Filter> Known = new Dictionary<string, Filter>(StringComparer.Ordinal)
    {
        ["trim"] = (v, a, w) => TextOperations.Strip(PythonText.Of(v, w), a.TextOrNull(0, "chars")?.Value, atStart: true, atEnd: true),
        ["upper"] = (v, _, w) => TextOperations.Upper(PythonText.Of(v, w)),
        ["lower"] = (v, _, w) => TextOperations.Lower(PythonText.Of(v, w)),
        ["title"] = (v, _, w) => TextOperations.TitleWords(PythonText.Of(v, w)),
        ["capitalize"] = (v, _, w) => TextOperations.Capitalize(PythonText.Of(v, w)),
        ["string"] = (v, _, w) => PythonText.Of(v, w),
        ["safe"] = (v, _, _) => v,
        ["replace"] = (v, a, w) => TextOperations.Replace(PythonText.Of(v, w), a.Text(0, "old"), a.Text(1, "new"), a.Int32(2, "count", -1), w),
        ["indent"] = Indent,
        ["tojson"] = (v, a, w) => JsonOutput.Write(v, a, w),
        ["length"] = (v, _, _) => new WholeValue(Sequences.Length(v)),
        ["count"] = (v, _, _) => new WholeValue(Sequences.Length(v)),
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = (v, a, _) => ToWhole(v, a),
        ["float"] = (v, a, _) => ToReal(v, a),
        ["abs"] = (v, _, _) => Operations.ToWhole(v) is { } n ? new WholeValue(n == long.MinValue ? n : Math.Abs(n)) : new RealValue(Math.Abs(Operations.ToReal(v))),
        ["round"] = (v, a, _) => Round(Operations.ToReal(v), a),
        ["items"] = (v, _, w) => v switch
        {
            MapValue map => Members.Items(map, w),
            UndefinedValue => ListValue.Empty,
            _ => throw RenderException.Wrong($"{v.Kind} has no items"),
        },
        ["list"] = (v, _, w) => new ListValue(Sequences.Items(v, w)),
        ["first"] = (v, _, w) => Sequences.Items(v, w) is [var first, ..] ? first : new UndefinedValue("the first of nothing"),
        ["last"] = (v, _, w) => Sequences.Items(v, w) is [.., var last] ? last : new UndefinedValue("the last of nothing"),
        ["reverse"] = (v, _, w) => v is TextValue ? Sequences.Slice(v, null, null, -1, w) : new ListValue([.. Sequences.Items(v, w).Reverse()]),
    }
    .Concat(SequenceFilters.All.Select(f => KeyValuePair.Create<string, Filter>(f.Key, (v, a, w) => f.Value(v, a, w))))
    .ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    public static TemplateValue Apply(string name, TemplateValue value, Arguments arguments, Work work) => Known.TryGetValue(name, out var filter)
        ? filter(value, arguments, work)
        : throw RenderException.Wrong($"the filter '{name}' is not supported");

    private static TemplateValue Default(TemplateValue value, Arguments arguments, Work work) =>
        value is UndefinedValue || (arguments.Flag(1, "boolean", otherwise: false) && !value.IsTrue)
            ? arguments.Find(0, "default_value") ?? TextValue.Empty
            : value;

    private static TextValue Indent(TemplateValue value, Arguments arguments, Work work)
    {
        var indentation = arguments.Find(0, "width") as TextValue
            ?? TextValue.Trusted(new string(' ', Math.Clamp(arguments.Int32(0, "width", 4), 0, 1_000)));

        return TextOperations.Indent(
            PythonText.Of(value, work),
            indentation,
            arguments.Flag(1, "first", otherwise: false),
            arguments.Flag(2, "blank", otherwise: false),
            work);
    }

    private static TemplateValue ToWhole(TemplateValue value, Arguments arguments) => value switch
    {
        WholeValue => value,
        FlagValue flag => new WholeValue(flag.Value ? 1 : 0),
        RealValue { Value: > -9e18 and < 9e18 } real => new WholeValue((long)real.Value),
        TextValue text when long.TryParse(text.Value.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => new WholeValue(whole),
        TextValue text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && Math.Abs(real) < 9e18 => new WholeValue((long)real),
        _ => arguments.Find(0, "default") ?? new WholeValue(0),
    };

    private static TemplateValue ToReal(TemplateValue value, Arguments arguments) => value switch
    {
        RealValue => value,
        WholeValue or FlagValue => new RealValue(Operations.ToReal(value)),
        TextValue text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => new RealValue(real),
        _ => arguments.Find(0, "default") ?? new RealValue(0),
    };

    private static RealValue Round(double value, Arguments arguments)
    {
        var digits = Math.Clamp(arguments.Int32(0, "precision", 0), 0, 15);
        var scale = Math.Pow(10, digits);
        return new RealValue(arguments.TextOrNull(1, "method")?.Value switch
        {
            null or "common" => Math.Round(value, digits, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(value * scale) / scale,
            "floor" => Math.Floor(value * scale) / scale,
            _ => throw RenderException.Wrong("a number is rounded by common, ceil or floor"),
        });
    }
}
