using System.Globalization;
using System.Text;

namespace LoraFaaS.Engine.Grammars.Json;

/// <summary>The one spelling of a string that schemas' names and constants are written in: escaped only where JSON demands it.</summary>
internal static class JsonSpelling
{
    public static byte[] Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);

        foreach (var letter in text)
        {
            quoted.Append(Escape(letter) ?? letter.ToString());
        }

        return Encoding.UTF8.GetBytes(quoted.Append('"').ToString());
    }

    /// <summary>Null: the character stands for itself.</summary>
    public static string? Escape(int letter) => letter switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < 0x20 => string.Create(CultureInfo.InvariantCulture, $"\\u{letter:x4}"),
        _ => null,
    };
}
