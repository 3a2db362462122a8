namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Cuts at a pattern's matches; inverted, the matches are what lies between.</summary>
internal sealed class SplitPreTokenizer(RegexSplitter pattern, SplitBehavior behavior, bool isInverted) : PreTokenizer
{
    public override void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts)
    {
        var stretches = pattern.Find(piece.Span);
        if (isInverted)
        {
            for (var i = 0; i < stretches.Count; i++)
            {
                stretches[i] = stretches[i] with { IsMatch = !stretches[i].IsMatch };
            }
        }

        Stretches.Cut(piece, stretches, behavior, parts);
    }
}
