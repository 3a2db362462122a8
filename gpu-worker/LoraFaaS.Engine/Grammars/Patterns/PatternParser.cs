using System.Globalization;
using LoraFaaS.Engine.Grammars.Schemas;

namespace LoraFaaS.Engine.Grammars.Patterns;

/// <summary>
/// Reads the regular part of ECMA-262's expressions: characters, classes, groups, alternatives, counted repeats, anchors. What is not regular
/// (references back, looking around, word borders) is refused by name; whether a repeat is greedy does not matter to what it matches.
/// </summary>
internal sealed class PatternParser(SchemaPlace schema, string text)
{
    /// <summary>Groups inside each other; the parser is recursive.</summary>
    private const int MaxDepth = 64;

    private int _at;
    private int _depth;

    private bool IsDone => _at == text.Length;

    public static PatternNode Parse(SchemaPlace schema, string text)
    {
        var parser = new PatternParser(schema, text);
        var pattern = parser.ReadChoice();
        return parser.IsDone ? pattern : throw parser.Refuse("a group is closed that was not opened");
    }

    private PatternNode ReadChoice()
    {
        if (++_depth > MaxDepth)
        {
            throw Refuse($"its groups are deeper than {MaxDepth}");
        }

        var options = new List<PatternNode> { ReadSequence() };

        while (TryTake('|'))
        {
            options.Add(ReadSequence());
        }

        _depth--;
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode.Sequence ReadSequence()
    {
        var parts = new List<PatternNode>();

        while (!IsDone && text[_at] is not ('|' or ')'))
        {
            parts.Add(ReadRepeats(ReadOne()));
        }

        return new PatternNode.Sequence(parts);
    }

    private PatternNode ReadOne()
    {
        var rune = TakeRune();

        switch (rune)
        {
            case '^':
            case '$':
                return new PatternNode.Anchor(rune == '^');
            case '.':
                return new PatternNode.Letters(CharacterSet.Point);
            case '[':
                return new PatternNode.Letters(ReadClass());
            case '\\':
                return new PatternNode.Letters(ReadEscape());
            case '(':
                return ReadGroup();
            case '*' or '+' or '?':
                throw Refuse("a repeat has nothing to repeat");
            default:
                return new PatternNode.Letters(new CharacterSet([(rune, rune)]));
        }
    }

    private PatternNode ReadGroup()
    {
        if (TryTake('?'))
        {
            if (TryTake('<') && !IsDone && text[_at] is not ('=' or '!'))
            {
                _at = text.IndexOf('>', _at) is var end and >= 0 ? end + 1 : throw Refuse("a group's name does not end");
            }
            else if (!TryTake(':'))
            {
                throw Refuse("looking ahead or behind is not supported");
            }
        }

        var body = ReadChoice();
        return TryTake(')') ? body : throw Refuse("a group is not closed");
    }

    private PatternNode ReadRepeats(PatternNode node)
    {
        while (!IsDone && ReadCount() is var (min, max))
        {
            TryTake('?');
            node = node is PatternNode.Anchor ? throw Refuse("an anchor cannot be repeated") : new PatternNode.Repeat(node, min, max);
        }

        return node;
    }

    private (int Min, int? Max)? ReadCount()
    {
        switch (text[_at])
        {
            case '*':
                _at++;
                return (0, null);
            case '+':
                _at++;
                return (1, null);
            case '?':
                _at++;
                return (0, 1);
            case '{':
                var end = text.IndexOf('}', _at);
                var counts = end < 0 ? [] : text[(_at + 1)..end].Split(',');

                if (counts.Length is not (1 or 2) || !TryCount(counts[0], out var min))
                {
                    throw Refuse("{ is neither a count nor escaped");
                }

                _at = end + 1;
                int? max = counts is [_, ""] ? null : TryCount(counts[^1], out var most) && most >= min ? most : throw Refuse("a count is not understood");
                return (min, max);
            default:
                return null;
        }
    }

    private CharacterSet ReadClass()
    {
        var isNegated = TryTake('^');
        var ranges = new List<(int Low, int High)>();

        while (!TryTake(']'))
        {
            var low = ReadClassItem();

            if (_at + 1 < text.Length && text[_at] == '-' && text[_at + 1] != ']')
            {
                _at++;
                var high = ReadClassItem();

                if (Single(low) is not { } from || Single(high) is not { } to || from > to)
                {
                    throw Refuse("a range of characters is not understood");
                }

                ranges.Add((from, to));
                continue;
            }

            ranges.AddRange(low.Ranges);
        }

        return isNegated ? new CharacterSet(ranges).Negate() : new CharacterSet(ranges);
    }

    private CharacterSet ReadClassItem()
    {
        var rune = TakeRune();
        return rune == '\\' ? ReadEscape(isInClass: true) : new CharacterSet([(rune, rune)]);
    }

    private CharacterSet ReadEscape(bool isInClass = false)
    {
        var letter = TakeRune();

        return letter switch
        {
            'd' => CharacterSet.Digits,
            'D' => CharacterSet.Digits.Negate(),
            'w' => CharacterSet.Word,
            'W' => CharacterSet.Word.Negate(),
            's' => CharacterSet.Spaces,
            'S' => CharacterSet.Spaces.Negate(),
            'n' => One('\n'),
            'r' => One('\r'),
            't' => One('\t'),
            'f' => One('\f'),
            'v' => One('\v'),
            '0' => One('\0'),
            'b' when isInClass => One('\b'),
            'x' => One(ReadHex(2)),
            'u' => One(ReadHex(4)),
            (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '1' and <= '9') => throw Refuse($"\\{(char)letter} is not supported"),
            _ => One(letter),
        };
    }

    private int ReadHex(int digits)
    {
        if (_at + digits > text.Length || !int.TryParse(text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || char.IsSurrogate((char)value))
        {
            throw Refuse("an escape by number is not understood");
        }

        _at += digits;
        return value;
    }

    private int TakeRune()
    {
        if (IsDone)
        {
            throw Refuse("it ends too early");
        }

        var rune = System.Text.Rune.GetRuneAt(text, _at);
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private bool TryTake(char wanted)
    {
        if (IsDone || text[_at] != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    private static bool TryCount(string digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= GrammarLimits.Nodes;

    private static CharacterSet One(int letter) => new([(letter, letter)]);

    private static int? Single(CharacterSet set) => set.Ranges is [var (low, high)] && low == high ? low : null;

    private Checkpoints.Outcomes.RefusedException Refuse(string message) => schema.Refuse($"pattern is not supported: {message}");
}
