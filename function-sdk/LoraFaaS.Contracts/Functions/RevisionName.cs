using System.Globalization;

namespace LoraFaaS.Contracts.Functions;

/// <summary>
/// How revisions are written: <c>2</c> and <c>rev2</c>, and in Knative's way <c>name-00002</c>. What is deployed bears no number of its own: the platform counts.
/// </summary>
public static class RevisionName
{
    private const string Prefix = "rev";
    private const int KnativeDigits = 5;

    /// <summary>In Knative's way.</summary>
    public static string Of(string function, int number) => string.Create(CultureInfo.InvariantCulture, $"{function}-{number:00000}");

    /// <summary><c>2</c>, <c>rev2</c>, <c>00002</c>: a number from 1.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int number)
    {
        var digits = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1;
    }

    /// <summary>As above, or the function's own name with the number behind it.</summary>
    public static bool TryParse(string text, string function, out int number) =>
        TryParse(text, out number)
        || (text.Length > function.Length + 1
            && text[function.Length] == '-'
            && text.StartsWith(function, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(function.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number >= 1);

    /// <summary><c>name-00002</c> into its parts: five digits or more behind the last dash.</summary>
    public static bool TrySplit(string label, out string function, out int number)
    {
        var dash = label.LastIndexOf('-');
        (function, number) = ("", 0);

        if (dash <= 0 || label.Length - dash - 1 < KnativeDigits
            || !int.TryParse(label.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < 1)
        {
            return false;
        }

        function = label[..dash];
        return true;
    }
}
