using System.Text;
using System.Text.Json;
using LoraFaaS.Engine.Grammars.Graphs;

namespace LoraFaaS.Engine.Grammars.Json;

/// <summary>
/// The grammar of JSON (RFC 8259) as rules that schemas are put together from. Tighter than the RFC where it has no end: white space, digits and
/// exponents are bounded, and numbers stay within what a double holds.
/// </summary>
internal sealed class JsonRules
{
    /// <summary>Digits of a whole number: all of them fit 64 bits.</summary>
    public const int WholeDigits = 18;

    private const int FractionDigits = 17;

    private readonly GraphBuilder _graph;

    public JsonRules(GraphBuilder graph)
    {
        _graph = graph;
        Space = graph.NewRule(BuildSpace());
        Hex = graph.NewRule(BuildHex(GraphBuilder.End));
        RawCharacter = graph.NewRule(BuildRawCharacter(GraphBuilder.End));
        Character = graph.NewRule(graph.Choice(BuildRawCharacter(GraphBuilder.End), BuildEscape(GraphBuilder.End)));
        String = graph.NewRule(BuildString(0, null, GraphBuilder.End));
        Value = graph.NewRule();
        Member = graph.NewRule(graph.Call(String, Byte(':', graph.Call(Space, graph.Call(Value, GraphBuilder.End)))));
        graph.SetRule(Value, BuildValue());
    }

    /// <summary>Nothing, one space, or a line feed and its indentation.</summary>
    public int Space { get; }

    /// <summary>A character of a string that is written as itself, not escaped.</summary>
    public int RawCharacter { get; }

    /// <summary>A character of a string, in any spelling; a surrogate pair of escapes is one.</summary>
    public int Character { get; }

    public int String { get; }

    /// <summary>Any value.</summary>
    public int Value { get; }

    /// <summary>Any name and any value.</summary>
    public int Member { get; }

    private int Hex { get; }

    public int BuildString(int minLength, int? maxLength, int next) =>
        Byte('"', _graph.Repeat(after => _graph.Call(Character, after), minLength, maxLength, Byte('"', next)));

    /// <summary>Members as they come, at least <paramref name="min"/> and at most <paramref name="max"/>.</summary>
    public int BuildObject(int member, int min, int? max, int next) => BuildList('{', '}', _ => member, 0, min, max, next);

    /// <summary>An opening, items with commas between, a closing.</summary>
    /// <param name="open">Its first character.</param>
    /// <param name="close">Its last one.</param>
    /// <param name="item">The rule of the item at an index.</param>
    /// <param name="distinct">Items from this index on have the same rule.</param>
    /// <param name="min">Least items.</param>
    /// <param name="max">Most items; null is without end.</param>
    /// <param name="next">What follows.</param>
    public int BuildList(char open, char close, Func<int, int> item, int distinct, int min, int? max, int next)
    {
        var end = _graph.Call(Space, Byte(close, next));
        var last = max ?? Math.Max(1, Math.Max(distinct, min));
        var more = max is null ? _graph.Loop(again => Comma(_graph.Call(item(last), again)), end) : end;

        for (var taken = last - 1; taken > 0; taken--)
        {
            more = Comma(_graph.Call(item(taken), more));
            more = taken >= min ? _graph.Optional(more, end) : more;
        }

        var none = Byte(close, next);
        var some = last > 0 ? _graph.Call(item(0), more) : none;
        return Byte(open, _graph.Call(Space, min == 0 && last > 0 ? _graph.Choice(some, none) : some));
    }

    public int Comma(int next) => Byte(',', _graph.Call(Space, next));

    public int BuildWhole(int next) => _graph.Optional(
        Byte('-', BuildMagnitude(next)),
        BuildMagnitude(next));

    public int BuildNumber(int next)
    {
        var exponentDigits = Digits(1, 2, next);
        var exponent = _graph.Edges(new ByteEdge((byte)'E', (byte)'E', Sign(exponentDigits)), new ByteEdge((byte)'e', (byte)'e', Sign(exponentDigits)));
        var after = _graph.Optional(exponent, next);
        return BuildWhole(_graph.Optional(BuildFraction(after), after));
    }

    /// <summary>A point and digits.</summary>
    public int BuildFraction(int next) => Byte('.', Digits(1, FractionDigits, next));

    /// <summary>A point and digits that are not all zero.</summary>
    public int BuildFractionAboveZero(int next)
    {
        const int Half = FractionDigits / 2;
        var digits = _graph.Range((byte)'1', (byte)'9', Digits(0, Half, next));
        return Byte('.', _graph.Repeat(after => Byte('0', after), 0, Half, digits));
    }

    public int BuildFractionOfZeros(int next) => Byte('.', Byte('0', next));

    public int Digits(int min, int max, int next) => _graph.Repeat(after => _graph.Range((byte)'0', (byte)'9', after), min, max, next);

    /// <summary>Exactly this value: strings and names in their shortest spelling, numbers as the schema writes them.</summary>
    public int BuildLiteral(JsonElement value, int next)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().ToArray();
                return BuildList(
                    '{', '}', i => _graph.NewRule(BuildMember(members[i].Name, after => BuildLiteral(members[i].Value, after), GraphBuilder.End)), members.Length, members.Length, members.Length, next);
            case JsonValueKind.Array:
                var items = value.EnumerateArray().ToArray();
                return BuildList('[', ']', i => _graph.NewRule(BuildLiteral(items[i], GraphBuilder.End)), items.Length, items.Length, items.Length, next);
            case JsonValueKind.String:
                return _graph.Bytes(JsonSpelling.Quote(value.GetString()!), next);
            default:
                return _graph.Bytes(Encoding.UTF8.GetBytes(value.GetRawText()), next);
        }
    }

    public int BuildMember(string name, Func<int, int> value, int next) =>
        _graph.Bytes(JsonSpelling.Quote(name), Byte(':', _graph.Call(Space, value(next))));

    public int Byte(char value, int next) => _graph.Range((byte)value, (byte)value, next);

    private int BuildMagnitude(int next) => _graph.Edges(
        new ByteEdge((byte)'0', (byte)'0', next),
        new ByteEdge((byte)'1', (byte)'9', Digits(0, WholeDigits - 1, next)));

    private int Sign(int next) => _graph.Optional(_graph.Edges(new ByteEdge((byte)'+', (byte)'+', next), new ByteEdge((byte)'-', (byte)'-', next)), next);

    private int BuildSpace()
    {
        var indentation = _graph.Repeat(
            after => _graph.Edges(new ByteEdge((byte)' ', (byte)' ', after), new ByteEdge((byte)'\t', (byte)'\t', after)), 0, GrammarLimits.Indentation, GraphBuilder.End);
        return _graph.Choice(GraphBuilder.End, Byte(' ', GraphBuilder.End), Byte('\n', indentation));
    }

    private int BuildRawCharacter(int next)
    {
        (int Low, int High)[] ranges = [(0x20, 0x21), (0x23, 0x5B), (0x5D, 0x10FFFF)];
        return BuildRanges(ranges.SelectMany(range => Utf8Ranges.Split(range.Low, range.High)), next);
    }

    /// <summary>One of several sequences of byte ranges.</summary>
    public int BuildRanges(IEnumerable<(byte Low, byte High)[]> sequences, int next)
    {
        var edges = new List<ByteEdge>();

        foreach (var sequence in sequences)
        {
            var target = next;

            foreach (var (low, high) in sequence.AsSpan(1).ToArray().Reverse())
            {
                target = _graph.Range(low, high, target);
            }

            edges.Add(new ByteEdge(sequence[0].Low, sequence[0].High, target));
        }

        return edges.Count == 0 ? _graph.Nothing() : _graph.Edges([.. edges]);
    }

    private int BuildEscape(int next)
    {
        var simple = "\"\\/bfnrt".Select(letter => new ByteEdge((byte)letter, (byte)letter, next));
        var hex = (int after) => _graph.Call(Hex, after);
        var (twoMore, threeMore) = (hex(hex(next)), hex(hex(hex(next))));

        // D800 to DBFF only with a low surrogate behind: half a pair is no text.
        var low = Byte('\\', Byte('u', Letters("dD", _graph.Choice(_graph.Range((byte)'c', (byte)'f', twoMore), _graph.Range((byte)'C', (byte)'F', twoMore)))));
        var high = hex(hex(low));
        var afterD = _graph.Edges(
            new ByteEdge((byte)'0', (byte)'7', twoMore),
            new ByteEdge((byte)'8', (byte)'9', high),
            new ByteEdge((byte)'a', (byte)'b', high),
            new ByteEdge((byte)'A', (byte)'B', high));
        var code = _graph.Edges(
            new ByteEdge((byte)'0', (byte)'9', threeMore),
            new ByteEdge((byte)'a', (byte)'c', threeMore),
            new ByteEdge((byte)'A', (byte)'C', threeMore),
            new ByteEdge((byte)'e', (byte)'f', threeMore),
            new ByteEdge((byte)'E', (byte)'F', threeMore),
            new ByteEdge((byte)'d', (byte)'d', afterD),
            new ByteEdge((byte)'D', (byte)'D', afterD));
        return Byte('\\', _graph.Edges([.. simple, new ByteEdge((byte)'u', (byte)'u', code)]));
    }

    private int BuildHex(int next) => _graph.Edges(
        new ByteEdge((byte)'0', (byte)'9', next), new ByteEdge((byte)'a', (byte)'f', next), new ByteEdge((byte)'A', (byte)'F', next));

    private int Letters(string letters, int next) => _graph.Edges([.. letters.Select(letter => new ByteEdge((byte)letter, (byte)letter, next))]);

    private int BuildValue() => _graph.Choice(
        BuildObject(Member, 0, null, GraphBuilder.End),
        BuildList('[', ']', _ => Value, 0, 0, null, GraphBuilder.End),
        _graph.Call(String, GraphBuilder.End),
        BuildNumber(GraphBuilder.End),
        _graph.Bytes("true"u8, GraphBuilder.End),
        _graph.Bytes("false"u8, GraphBuilder.End),
        _graph.Bytes("null"u8, GraphBuilder.End));
}
