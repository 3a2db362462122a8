using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>Replaces every occurrence of a literal.</summary>
internal sealed class ReplaceNormalizer(string literal, string content) : Normalizer
{
    public override MarkedRun Normalize(MarkedRun run)
    {
        if (run.Plain is null)
        {
            return run with { Text = run.Text.Replace(literal, content, StringComparison.Ordinal) };
        }

        var text = new StringBuilder(run.Text.Length);
        var plain = new List<bool>(run.Text.Length);
        var copied = 0;

        for (var at = Next(run.Text, 0); at >= 0; at = Next(run.Text, copied))
        {
            text.Append(run.Text, copied, at - copied).Append(content);
            plain.AddRange(run.Plain.AsSpan(copied, at - copied));

            // What replaces a caller's character is a caller's character.
            var isPlain = run.Plain.AsSpan(at, literal.Length).Contains(true);
            plain.AddRange(Enumerable.Repeat(isPlain, content.Length));
            copied = at + literal.Length;
        }

        text.Append(run.Text, copied, run.Text.Length - copied);
        plain.AddRange(run.Plain.AsSpan(copied));
        return new MarkedRun(text.ToString(), [.. plain]);
    }

    private int Next(string text, int from) => text.IndexOf(literal, from, StringComparison.Ordinal);
}
