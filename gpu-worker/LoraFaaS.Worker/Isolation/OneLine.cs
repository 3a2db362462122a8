namespace LoraFaaS.Worker.Isolation;

/// <summary>Text of a confined process as part of a line of a log: it cannot end that line and begin another in somebody else's name, nor be obeyed by a terminal.</summary>
internal static class OneLine
{
    /// <param name="text">Whatever it wrote.</param>
    /// <param name="most">Characters that are kept.</param>
    public static string Of(string text, int most = int.MaxValue)
    {
        var length = Math.Min(text.Length, most);
        return string.Create(length, text, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = IsHarmless(text[i]) ? text[i] : ' ';
            }
        });
    }

    /// <summary>No control character but a tab, and none of the two separators that end a line without being one.</summary>
    private static bool IsHarmless(char c) => c == '\t' || !(char.IsControl(c) || c is '\u2028' or '\u2029');
}
