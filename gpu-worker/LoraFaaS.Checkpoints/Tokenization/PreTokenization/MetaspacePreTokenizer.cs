namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Spaces become a visible mark (usually U+2581), and words begin at it.</summary>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme scheme, bool splits) : PreTokenizer
{
    public override void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts)
    {
        var text = piece.ToString().Replace(' ', mark);
        if (text[0] != mark && (scheme is PrependScheme.Always || (scheme is PrependScheme.First && isStart)))
        {
            text = mark + text;
        }

        if (!splits)
        {
            parts.Add(text.AsMemory());
            return;
        }

        var stretches = new List<Stretch>();
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf(mark, at);
            var end = next == at ? at + 1 : next < 0 ? text.Length : next;
            stretches.Add(new(at, end, next == at));
            at = end;
        }

        Stretches.Cut(text.AsMemory(), stretches, SplitBehavior.MergedWithNext, parts);
    }
}
