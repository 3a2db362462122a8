using System.Text;

namespace LoraFaaS.TestKit.Files;

/// <summary>Good text gone wrong in up to four places: letters replaced, pieces cut out or put in, the end lost. Seeded: the same <see cref="Random"/> gives the same text.</summary>
public static class MutatedText
{
    private const int MostChanges = 4;

    /// <summary>Below the surrogates, so that the text can still be sent as UTF-8.</summary>
    private const int LetterLimit = 0xd000;

    private static readonly string[] Fragments =
    [
        "null", "-1", "1e400", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[[[", "{\"a\":", "\"name\":", "9223372036854775808", "true", ",", ":", "\"", "\\", "-0", "../", "%2e%2e%2f", "%00", "%ff", "&",
        "=", "Ω", "\n",
    ];

    public static string Create(Random random, string text)
    {
        ArgumentNullException.ThrowIfNull(random);

        var mutated = new StringBuilder(text);

        for (var i = 1 + random.Next(MostChanges); i > 0 && mutated.Length > 0; i--)
        {
            var at = random.Next(mutated.Length);

            switch (random.Next(4))
            {
                case 0:
                    mutated[at] = (char)random.Next(1, LetterLimit);
                    break;
                case 1:
                    mutated.Remove(at, Math.Min(random.Next(10), mutated.Length - at));
                    break;
                case 2:
                    mutated.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                default:
                    mutated.Length = at;
                    break;
            }
        }

        return mutated.ToString();
    }
}
