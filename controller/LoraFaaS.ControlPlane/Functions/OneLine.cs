namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Puts a caller's words into an error message: quoted, at most 80 characters, without control characters.</summary>
public static class OneLine
{
    private const int Longest = 80;

    public static string Quote(string text)
    {
        var shown = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
        return $"\"{Clean(shown)}\"";
    }

    /// <summary>Control characters become spaces: a message is one line on every terminal.</summary>
    public static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        }) : text;
}
