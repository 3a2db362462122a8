using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>
/// A prompt with the stretches that came from callers marked as plain: special tokens are recognised in the rest alone, so that
/// a message containing "&lt;|eos|&gt;" is those seven characters and cannot end its turn.
/// </summary>
public sealed record MarkedText(string Text, ImmutableArray<TextRange> Plain)
{
    public static implicit operator MarkedText(string text) => FromString(text);

    public static MarkedText FromString(string text) => new(text, []);

    internal bool[]? PlainMarks()
    {
        if (Plain.IsEmpty)
        {
            return null;
        }

        var marks = new bool[Text.Length];
        foreach (var range in Plain)
        {
            marks.AsSpan(range.Start, range.Length).Fill(true);
        }

        return marks;
    }
}
