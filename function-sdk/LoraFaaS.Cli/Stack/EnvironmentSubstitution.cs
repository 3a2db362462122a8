using System.Text;

namespace LoraFaaS.Cli.Stack;

/// <summary><c>${NAME}</c> and <c>${NAME:-default}</c>, as faas-cli substitutes them before it reads YAML.</summary>
internal static class EnvironmentSubstitution
{
    public static string Apply(string text, Func<string, string?> environment)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;

        while (position < text.Length)
        {
            var start = text.IndexOf("${", position, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf('}', start);

            if (end < 0)
            {
                return result.Append(text, position, text.Length - position).ToString();
            }

            result.Append(text, position, start - position);
            var expression = text[(start + 2)..end];
            var separator = expression.IndexOf(":-", StringComparison.Ordinal);
            var name = separator < 0 ? expression : expression[..separator];
            var fallback = separator < 0 ? "" : expression[(separator + 2)..];
            var value = environment(name);
            result.Append(string.IsNullOrEmpty(value) ? fallback : value);
            position = end + 1;
        }

        return result.ToString();
    }
}
