namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>GPT-2's cut, if it has its own pattern; the bytes themselves are looked at by the merges.</summary>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, RegexSplitter? pattern) : PreTokenizer
{
    public override void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts)
    {
        if (addsPrefixSpace && piece.Span[0] != ' ')
        {
            piece = string.Concat(" ", piece.Span).AsMemory();
        }

        if (pattern is null)
        {
            parts.Add(piece);
            return;
        }

        Stretches.Cut(piece, pattern.Find(piece.Span), SplitBehavior.Isolated, parts);
    }
}
