using System.Collections.Frozen;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>GPT-2's printable stand-in for each byte: itself where printable, else U+0100 upwards. Vocabularies of byte-level tokenizers are written in it.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Build();

    private static readonly FrozenDictionary<char, byte> ByteOf =
        Enumerable.Range(0, 256).ToFrozenDictionary(b => CharOf[b], b => (byte)b);

    public static char ToChar(byte value) => CharOf[value];

    public static bool TryToByte(char c, out byte value) => ByteOf.TryGetValue(c, out value);

    private static char[] Build()
    {
        var chars = new char[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            var isPrintable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            chars[b] = (char)(isPrintable ? b : next++);
        }

        return chars;
    }
}
