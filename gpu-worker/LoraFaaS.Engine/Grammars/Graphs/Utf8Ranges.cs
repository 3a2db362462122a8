namespace LoraFaaS.Engine.Grammars.Graphs;

/// <summary>Splits a range of code points into sequences of byte ranges (RFC 3629), surrogates left out.</summary>
internal static class Utf8Ranges
{
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    /// <summary>Each item: one (low, high) pair a byte.</summary>
    public static IEnumerable<(byte Low, byte High)[]> Split(int low, int high)
    {
        if (low > high)
        {
            return [];
        }

        if (low <= LastSurrogate && high >= FirstSurrogate)
        {
            return Split(low, FirstSurrogate - 1).Concat(Split(LastSurrogate + 1, high));
        }

        foreach (var last in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF])
        {
            if (low <= last && last < high)
            {
                return Split(low, last).Concat(Split(last + 1, high));
            }
        }

        return high <= 0x7F ? [[((byte)low, (byte)high)]] : SplitSameLength(low, high);
    }

    /// <summary>Cuts where a continuation byte does not run through its whole range.</summary>
    private static IEnumerable<(byte Low, byte High)[]> SplitSameLength(int low, int high)
    {
        for (var bits = 6; bits <= 18; bits += 6)
        {
            var mask = (1 << bits) - 1;

            if ((low & ~mask) == (high & ~mask))
            {
                continue;
            }

            if ((low & mask) != 0)
            {
                return Split(low, low | mask).Concat(Split((low | mask) + 1, high));
            }

            if ((high & mask) != mask)
            {
                return Split(low, (high & ~mask) - 1).Concat(Split(high & ~mask, high));
            }
        }

        return [[.. Encode(low).Zip(Encode(high))]];
    }

    private static byte[] Encode(int codePoint)
    {
        var bytes = new byte[4];
        var length = new System.Text.Rune(codePoint).EncodeToUtf8(bytes);
        return bytes[..length];
    }
}
