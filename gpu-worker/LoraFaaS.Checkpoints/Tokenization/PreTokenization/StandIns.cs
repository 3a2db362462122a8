using System.Globalization;
using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>For each Unicode category one rare character of the basic plane, which no tokenizer's pattern names by itself.</summary>
internal static class StandIns
{
    private const char SearchDownFrom = '\uABFF';

    private static readonly char[] ByCategory = Choose();

    public static char For(Rune rune) => ByCategory[(int)Rune.GetUnicodeCategory(rune)];

    private static char[] Choose()
    {
        var chosen = new char[(int)UnicodeCategory.OtherNotAssigned + 1];
        for (var candidate = (int)SearchDownFrom; candidate >= 0; candidate--)
        {
            ref var slot = ref chosen[(int)char.GetUnicodeCategory((char)candidate)];
            slot = slot == '\0' ? (char)candidate : slot;
        }

        // Private use lies above the surrogates only.
        chosen[(int)UnicodeCategory.PrivateUse] = '\uE000';
        return chosen;
    }
}
