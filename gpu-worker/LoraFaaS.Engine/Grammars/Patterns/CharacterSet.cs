namespace LoraFaaS.Engine.Grammars.Patterns;

/// <summary>A set of code points as sorted ranges that do not touch.</summary>
internal sealed class CharacterSet
{
    private const int Last = 0x10FFFF;

    public static readonly CharacterSet Any = new([(0, Last)]);
    public static readonly CharacterSet Digits = new([('0', '9')]);
    public static readonly CharacterSet Word = new([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);
    public static readonly CharacterSet Spaces = new(
        [(0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)]);

    /// <summary>What a point stands for: everything but line ends.</summary>
    public static readonly CharacterSet Point = new CharacterSet([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]).Negate();

    public CharacterSet(IEnumerable<(int Low, int High)> ranges)
    {
        var merged = new List<(int Low, int High)>();

        foreach (var (low, high) in ranges.OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        Ranges = merged;
    }

    public IReadOnlyList<(int Low, int High)> Ranges { get; }

    public CharacterSet Negate()
    {
        var (low, gaps) = (0, new List<(int Low, int High)>());

        foreach (var range in Ranges)
        {
            if (range.Low > low)
            {
                gaps.Add((low, range.Low - 1));
            }

            low = range.High + 1;
        }

        if (low <= Last)
        {
            gaps.Add((low, Last));
        }

        return new CharacterSet(gaps);
    }
}
