using System.Text.RegularExpressions;

namespace LoraFaaS.Cli.Evaluation;

/// <summary>Says whether an answer is right.</summary>
internal static class EvalScore
{
    /// <summary>A pattern that tries all ways through a long answer counts as wrong rather than holding the run up.</summary>
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    public static bool IsRight(EvalCase one, string answer, bool ignoreCase)
    {
        if (one.Pattern is not { } pattern)
        {
            return string.Equals(one.Expected!.Trim(), answer.Trim(), ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        }

        try
        {
            return Regex.IsMatch(answer, pattern, RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), PatternLimit);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
