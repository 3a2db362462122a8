namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Each step cuts what the step before left; with none, the piece stays whole.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts)
    {
        if (steps.Count == 0)
        {
            parts.Add(piece);
            return;
        }

        if (steps.Count == 1)
        {
            steps[0].Split(piece, isStart, parts);
            return;
        }

        var pieces = new List<ReadOnlyMemory<char>> { piece };
        for (var step = 0; step < steps.Count; step++)
        {
            var target = step == steps.Count - 1 ? parts : new List<ReadOnlyMemory<char>>(pieces.Count);
            for (var i = 0; i < pieces.Count; i++)
            {
                steps[step].Split(pieces[i], isStart && i == 0, target);
            }

            pieces = target;
        }
    }
}
