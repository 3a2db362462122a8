using System.Globalization;
using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>Numbers between bounds. Bounds of numbers with fractions must be whole: what lies between 0.25 and 0.75 is not worth its states.</summary>
internal sealed class NumberRule(GraphBuilder graph, JsonRules json)
{
    /// <summary>Greatest magnitude of a bounded number.</summary>
    private const long Greatest = 999_999_999_999_999_999;

    public IEnumerable<int> Build(IReadOnlyList<SchemaPlace> schemas, bool allowsFractions)
    {
        var range = NumberRange.Everything;

        foreach (var schema in schemas)
        {
            if (schema.Number("multipleOf") is { } step && (step != 1 || allowsFractions))
            {
                throw schema.Refuse("multipleOf is supported only as 1 of an integer");
            }

            range = range.Within(schema);
        }

        if (range.IsEverything)
        {
            return [allowsFractions ? json.BuildNumber(GraphBuilder.End) : json.BuildWhole(GraphBuilder.End)];
        }

        if (!allowsFractions)
        {
            var low = range.Low is { } min ? (range.ExcludesLow ? decimal.Floor(min) + 1 : decimal.Ceiling(min)) : -Greatest;
            var high = range.High is { } max ? (range.ExcludesHigh ? decimal.Ceiling(max) - 1 : decimal.Floor(max)) : Greatest;
            return BuildWhole((long)low, (long)high);
        }

        if (range.HasFractions)
        {
            throw schemas[0].Refuse("bounds of a number must be whole; of an integer they may be any");
        }

        return BuildFractions(range);
    }

    private IEnumerable<int> BuildWhole(long low, long high)
    {
        if (low <= high && high >= 0)
        {
            yield return Digits(Math.Max(low, 0), high, GraphBuilder.End);
        }

        if (low <= high && low < 0)
        {
            yield return json.Byte('-', Digits(Math.Max(-high, 1), -low, GraphBuilder.End));
        }
    }

    private IEnumerable<int> BuildFractions(NumberRange range)
    {
        var (low, high) = ((long)(range.Low ?? -Greatest), (long)(range.High ?? Greatest));

        foreach (var node in BuildMagnitudes(Math.Max(low, 0), high, low >= 0 && range.ExcludesLow, range.ExcludesHigh))
        {
            yield return node;
        }

        // Below zero the bounds change places; zero itself was above.
        foreach (var node in BuildMagnitudes(Math.Max(-high, 0), -low, high >= 0 || range.ExcludesHigh, range.ExcludesLow))
        {
            yield return json.Byte('-', node);
        }
    }

    /// <summary>Numbers without sign from one whole number to another, with or without the ends.</summary>
    private IEnumerable<int> BuildMagnitudes(long low, long high, bool excludesLow, bool excludesHigh)
    {
        const int End = GraphBuilder.End;

        if (low > high)
        {
            yield break;
        }

        if (low < high && excludesLow)
        {
            yield return Digits(low, low, json.BuildFractionAboveZero(End));
        }

        var first = excludesLow ? low + 1 : low;

        if (first < high)
        {
            yield return Digits(first, high - 1, graph.Optional(json.BuildFraction(End), End));
        }

        if (!excludesHigh && (high > low || !excludesLow))
        {
            yield return Digits(high, high, graph.Optional(json.BuildFractionOfZeros(End), End));
        }
    }

    /// <summary>The decimal digits of every number from low to high, without leading zeros.</summary>
    private int Digits(long low, long high, int next)
    {
        var choices = new List<int>();

        for (var (from, length) = (low, Text(low).Length); from <= high; length++)
        {
            var to = length >= JsonRules.WholeDigits ? high : Math.Min(high, Power(length) - 1);
            choices.Add(SameLength(Text(from), Text(to), next));

            if (to == high)
            {
                break;
            }

            from = to + 1;
        }

        return graph.Choice([.. choices]);
    }

    private int SameLength(ReadOnlySpan<char> low, ReadOnlySpan<char> high, int next)
    {
        if (low.IsEmpty)
        {
            return next;
        }

        var rest = low.Length - 1;

        if (low.IndexOfAnyExcept('0') < 0 && high.IndexOfAnyExcept('9') < 0)
        {
            return json.Digits(low.Length, low.Length, next);
        }

        if (low[0] == high[0])
        {
            return json.Byte(low[0], SameLength(low[1..], high[1..], next));
        }

        var choices = new List<int>
        {
            json.Byte(low[0], SameLength(low[1..], new string('9', rest), next)),
            json.Byte(high[0], SameLength(new string('0', rest), high[1..], next)),
        };

        if (high[0] - low[0] > 1)
        {
            choices.Add(graph.Range((byte)(low[0] + 1), (byte)(high[0] - 1), json.Digits(rest, rest, next)));
        }

        return graph.Choice([.. choices]);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Power(int digits)
    {
        var power = 1L;

        for (var i = 0; i < digits; i++)
        {
            power *= 10;
        }

        return power;
    }
}
