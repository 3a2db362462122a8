using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>
/// The keys of one installation. The first seals; the others only open what they have sealed before. To rotate, a new line is put on
/// top of the file: at the next start everything is sealed anew, and then the old line may go.
/// </summary>
public sealed class SecretKeyRing(IReadOnlyList<SecretKey> keys)
{
    /// <summary>Without a key nothing can be sealed or opened.</summary>
    public static readonly SecretKeyRing Empty = new([]);

    public SecretKey? Current => keys.Count > 0 ? keys[0] : null;

    public SecretKey? Find(string id) => keys.FirstOrDefault(key => key.Id == id);

    /// <summary>One key a line, 64 hexadecimal digits; empty lines and those that begin with # say nothing.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SecretKeyRing? ring, [NotNullWhen(false)] out string? problem)
    {
        (ring, problem) = (null, null);
        var keys = new List<SecretKey>();
        var number = 0;

        foreach (var line in text.Split('\n'))
        {
            number++;
            var given = line.Trim();

            if (given.Length == 0 || given[0] == '#')
            {
                continue;
            }

            if (given.Length != 2 * SecretKey.Bytes || !given.All(char.IsAsciiHexDigit))
            {
                problem = $"line {number} is not a key of {2 * SecretKey.Bytes} hexadecimal digits";
                return false;
            }

            keys.Add(new SecretKey(Convert.FromHexString(given)));
        }

        if (keys.Count == 0)
        {
            problem = "it holds no key";
            return false;
        }

        ring = new SecretKeyRing(keys);
        return true;
    }
}
