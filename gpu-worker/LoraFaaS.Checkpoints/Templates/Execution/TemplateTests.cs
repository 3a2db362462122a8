using System.Collections.Frozen;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>What may follow <c>is</c>, and what select and reject may be asked.</summary>
internal static class TemplateTests
{
    private delegate bool Test(TemplateValue value, Arguments arguments, Work work);

    private static readonly FrozenDictionary<string, Test> Known = new Dictionary<string, Test>(StringComparer.Ordinal)
    {
        ["defined"] = (v, _, _) => v is not UndefinedValue,
        ["undefined"] = (v, _, _) => v is UndefinedValue,
        ["none"] = (v, _, _) => v is NoneValue || v == TextValue.Unsaid,
        ["string"] = (v, _, _) => v is TextValue,
        ["mapping"] = (v, _, _) => v is MapValue,
        ["sequence"] = (v, _, _) => v is TextValue or ListValue or MapValue or UndefinedValue,
        ["iterable"] = (v, _, _) => v is TextValue or ListValue or MapValue or UndefinedValue,
        ["number"] = (v, _, _) => v is WholeValue or RealValue or FlagValue,
        ["integer"] = (v, _, _) => v is WholeValue,
        ["float"] = (v, _, _) => v is RealValue,
        ["boolean"] = (v, _, _) => v is FlagValue,
        ["true"] = (v, _, _) => v == FlagValue.True,
        ["false"] = (v, _, _) => v == FlagValue.False,
        ["callable"] = (v, _, _) => v is FunctionValue,
        ["odd"] = (v, _, _) => Whole(v) % 2 != 0,
        ["even"] = (v, _, _) => Whole(v) % 2 == 0,
        ["divisibleby"] = (v, a, _) => Whole(a.Get(0, "num")) is not 0 and var n
            ? Whole(v) % n == 0
            : throw RenderException.Wrong("division by zero"),
        ["upper"] = (v, _, w) => TextOperations.HasCase(PythonText.Of(v, w).Value, char.IsUpper, char.IsLower),
        ["lower"] = (v, _, w) => TextOperations.HasCase(PythonText.Of(v, w).Value, char.IsLower, char.IsUpper),
        ["sameas"] = (v, a, w) => ReferenceEquals(v, a.Get(0, "other")) || (v is TextValue or WholeValue && Operations.AreEqual(v, a.Get(0, "other"), w)),
        ["in"] = (v, a, w) => Operations.Contains(a.Get(0, "seq"), v, w),
        ["eq"] = Equal,
        ["equalto"] = Equal,
        ["=="] = Equal,
        ["ne"] = (v, a, w) => !Equal(v, a, w),
        ["!="] = (v, a, w) => !Equal(v, a, w),
        ["lt"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) < 0,
        ["lessthan"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) < 0,
        ["<"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) < 0,
        ["le"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) <= 0,
        ["<="] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) <= 0,
        ["gt"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) > 0,
        ["greaterthan"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) > 0,
        [">"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) > 0,
        ["ge"] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) >= 0,
        [">="] = (v, a, w) => Operations.Compare(v, a.Get(0, "other"), w) >= 0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    public static bool Apply(string name, TemplateValue value, Arguments arguments, Work work) => Known.TryGetValue(name, out var test)
        ? test(value, arguments, work)
        : throw RenderException.Wrong($"the test '{name}' is not supported");

    private static bool Equal(TemplateValue value, Arguments arguments, Work work) => Operations.AreEqual(value, arguments.Get(0, "other"), work);

    private static long Whole(TemplateValue value) =>
        Operations.ToWhole(value) ?? throw RenderException.Wrong($"{value.Kind} is not an integer");
}
