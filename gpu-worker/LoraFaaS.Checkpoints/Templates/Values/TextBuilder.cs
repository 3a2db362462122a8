using System.Text;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>Output under way: text, and the stretches of it that came from callers.</summary>
internal sealed class TextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<TextRange> _plain = [];

    public void Append(TextValue text)
    {
        var start = _text.Length;
        _text.Append(text.Value);

        for (var at = 0; text.Marks is { } marks && at < marks.Length;)
        {
            if (!marks[at])
            {
                at++;
                continue;
            }

            var end = marks.AsSpan(at).IndexOf(false) is >= 0 and var length ? at + length : marks.Length;
            AddPlain(start + at, end - at);
            at = end;
        }
    }

    public MarkedText ToMarkedText() => new(_text.ToString(), [.. _plain]);

    public TextValue ToText()
    {
        if (_plain.Count == 0)
        {
            return TextValue.Trusted(_text.ToString());
        }

        var marks = new bool[_text.Length];
        foreach (var range in _plain)
        {
            marks.AsSpan(range.Start, range.Length).Fill(true);
        }

        return TextValue.Marked(_text.ToString(), marks);
    }

    private void AddPlain(int start, int length)
    {
        if (_plain is [.., var last] && last.Start + last.Length == start)
        {
            _plain[^1] = last with { Length = last.Length + length };
            return;
        }

        _plain.Add(new(start, length));
    }
}
