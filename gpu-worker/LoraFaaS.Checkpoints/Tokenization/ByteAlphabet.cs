namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>GPT-2's printable stand-in for each byte: itself where printable, else U+0100 upwards. Vocabularies of byte-level tokenizers are written in it.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Build();

    /// <summary>By character; -1 for one outside the alphabet.</summary>
    private static readonly short[] ByteOf = Invert();

    public static char ToChar(byte value) => CharOf[value];

    public static bool TryToByte(char c, out byte value)
    {
        var found = c < ByteOf.Length ? ByteOf[c] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

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

    private static short[] Invert()
    {
        var bytes = new short[CharOf.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++)
        {
            bytes[CharOf[b]] = (short)b;
        }

        return bytes;
    }
}
