using System.Diagnostics;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Python's operators on template values.</summary>
internal static class Operations
{
    public static TemplateValue Apply(string symbol, TemplateValue left, TemplateValue right, Work work) => (symbol, left, right) switch
    {
        ("+", TextValue a, TextValue b) => Concat(a, b, work),
        ("+", ListValue a, ListValue b) => Concat(a, b, work),
        ("*", TextValue a, WholeValue n) => Repeat(a, n.Value, work),
        ("*", WholeValue n, TextValue a) => Repeat(a, n.Value, work),
        ("*", ListValue a, WholeValue n) => Repeat(a, n.Value, work),
        _ => Number(symbol, left, right),
    };

    public static TextValue Concat(TextValue left, TextValue right, Work work)
    {
        work.Make(left.Value.Length + (long)right.Value.Length);
        return left.Concat(right);
    }

    public static bool AreEqual(TemplateValue left, TemplateValue right, Work work)
    {
        work.Step();
        return (left, right) switch
        {
            (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue) => true,
            (NoneValue, TextValue text) => text == TextValue.Unsaid,
            (TextValue text, NoneValue) => text == TextValue.Unsaid,
            (TextValue a, TextValue b) => a.Value == b.Value,
            (ListValue a, ListValue b) => a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(p => AreEqual(p.First, p.Second, work)),
            (MapValue a, MapValue b) => a.Entries.Count == b.Entries.Count
                && a.Entries.All(e => b.Entries.TryGetValue(e.Key, out var other) && AreEqual(e.Value, other, work)),
            (FlagValue or WholeValue or RealValue, FlagValue or WholeValue or RealValue) => CompareNumbers(left, right) == 0,
            _ => ReferenceEquals(left, right),
        };
    }

    public static int Compare(TemplateValue left, TemplateValue right, Work work)
    {
        work.Step();
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                return string.CompareOrdinal(a.Value, b.Value);

            case (FlagValue or WholeValue or RealValue, FlagValue or WholeValue or RealValue):
                return CompareNumbers(left, right);

            case (ListValue a, ListValue b):
                for (var i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!AreEqual(a.Items[i], b.Items[i], work))
                    {
                        return Compare(a.Items[i], b.Items[i], work);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);

            default:
                throw RenderException.Wrong($"{left.Kind} and {right.Kind} have no order");
        }
    }

    public static bool Contains(TemplateValue container, TemplateValue item, Work work)
    {
        switch (container)
        {
            case TextValue text when item is TextValue part:
                work.Make(text.Value.Length / 16);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case MapValue map:
                return item is TextValue key && map.Entries.ContainsKey(key.Value);
            case ListValue list:
                return list.Items.Any(i => AreEqual(i, item, work));
            case UndefinedValue:
                return false;
            default:
                throw RenderException.Wrong($"'in' cannot look for {item.Kind} in {container.Kind}");
        }
    }

    public static double ToReal(TemplateValue value) => value switch
    {
        FlagValue flag => flag.Value ? 1 : 0,
        WholeValue whole => whole.Value,
        RealValue real => real.Value,
        _ => throw RenderException.Wrong($"{value.Kind} is not a number"),
    };

    public static long? ToWhole(TemplateValue value) => value switch
    {
        FlagValue flag => flag.Value ? 1 : 0,
        WholeValue whole => whole.Value,
        _ => null,
    };

    private static ListValue Concat(ListValue left, ListValue right, Work work)
    {
        work.MakeItems(left.Items.Count + (long)right.Items.Count);
        return new ListValue([.. left.Items, .. right.Items], left.IsTuple);
    }

    private static TextValue Repeat(TextValue text, long times, Work work)
    {
        var count = (int)Math.Clamp(times, 0, int.MaxValue);
        work.Make((long)text.Value.Length * count);
        var builder = new TextBuilder();
        for (var i = 0; i < count && text.Value.Length > 0; i++)
        {
            builder.Append(text);
        }

        return builder.ToText();
    }

    private static ListValue Repeat(ListValue list, long times, Work work)
    {
        var count = (int)Math.Clamp(times, 0, int.MaxValue);
        work.MakeItems((long)list.Items.Count * count);
        return new ListValue(list.Items.Count == 0 ? [] : [.. Enumerable.Repeat(list.Items, count).SelectMany(i => i)], list.IsTuple);
    }

    private static TemplateValue Number(string symbol, TemplateValue left, TemplateValue right)
    {
        if (symbol != "/" && ToWhole(left) is { } a && ToWhole(right) is { } b && !(symbol == "**" && b < 0))
        {
            return Whole(symbol, a, b);
        }

        if (left is not (FlagValue or WholeValue or RealValue) || right is not (FlagValue or WholeValue or RealValue))
        {
            throw RenderException.Wrong($"'{symbol}' has no meaning for {left.Kind} and {right.Kind}");
        }

        return Real(symbol, ToReal(left), ToReal(right));
    }

    private static WholeValue Whole(string symbol, long a, long b)
    {
        try
        {
            return new WholeValue(symbol switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "//" => FloorDivide(a, b),
                "%" => checked(a - (b * FloorDivide(a, b))),
                "**" => Power(a, b),
                _ => throw new UnreachableException(),
            });
        }
        catch (OverflowException)
        {
            throw RenderException.Wrong($"the result of '{symbol}' is too large");
        }
    }

    private static long FloorDivide(long a, long b)
    {
        if (b == 0)
        {
            throw RenderException.Wrong("division by zero");
        }

        var quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long a, long b)
    {
        // Any other base overflows within 64 factors, so the loop is short.
        if (a is 0 or 1 or -1)
        {
            return b == 0 || (a == -1 && b % 2 == 0) ? 1 : a;
        }

        var result = 1L;
        for (; b > 0; b--)
        {
            result = checked(result * a);
        }

        return result;
    }

    private static RealValue Real(string symbol, double a, double b)
    {
        if (b == 0 && symbol is ("/" or "//" or "%"))
        {
            throw RenderException.Wrong("division by zero");
        }

        return new RealValue(symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => a - (b * Math.Floor(a / b)),
            "**" => Math.Pow(a, b),
            _ => throw new UnreachableException(),
        });
    }

    private static int CompareNumbers(TemplateValue left, TemplateValue right) =>
        ToWhole(left) is { } a && ToWhole(right) is { } b ? a.CompareTo(b) : ToReal(left).CompareTo(ToReal(right));
}
