using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Cuts between numbers and the rest; numbers singly or in runs.</summary>
internal sealed class DigitsPreTokenizer(bool isIndividual) : PreTokenizer
{
    public override void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts)
    {
        var stretches = new List<Stretch>();
        var at = 0;
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            var isNumber = Rune.IsNumber(rune);
            var end = at + rune.Utf16SequenceLength;

            if (stretches is [.., var last] && last.IsMatch == isNumber && !(isNumber && isIndividual))
            {
                stretches[^1] = last with { End = end };
            }
            else
            {
                stretches.Add(new(at, end, isNumber));
            }

            at = end;
        }

        Stretches.Cut(piece, stretches, SplitBehavior.Isolated, parts);
    }
}
