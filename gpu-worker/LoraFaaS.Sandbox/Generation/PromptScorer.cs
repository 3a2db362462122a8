using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Sandbox.Prompts;
using EngineLogprob = LoraFaaS.Engine.Sampling.TokenLogprob;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Judges a prompt's own tokens by the logits of the step that has just computed them. Only those who asked for it pay: the head's product over their rows,
/// some at a time.
/// </summary>
internal sealed class PromptScorer(ModelRunner runner, TextSide text) : IDisposable
{
    /// <summary>Of a vocabulary of 150 000 that is 10 MB, which are taken when somebody asks.</summary>
    private const int RowsAtOnce = 16;

    private readonly LogprobWriter _wire = new(text);
    private readonly EngineLogprob[] _top = new EngineLogprob[TokenStation.MaxTopLogprobs];
    private LogitsBuffer? _logits;

    /// <summary>Judges what the step's slice of that place makes it possible to judge. False: nothing.</summary>
    public bool TryScore(int slice, LiveSequence sequence, in StepSlice computed)
    {
        if (sequence.Generation.Scores is not { IsComplete: false } scores)
        {
            return false;
        }

        var prompt = sequence.Generation.Tokens.Prompt;

        if (scores.Tokens.Count == 0)
        {
            scores.Add(_wire.Of(prompt[0]));
        }

        // The last token's logits judge what is generated, and are read by whoever chooses it.
        var end = Math.Min(computed.Start + computed.Tokens.Length, prompt.Length - 1);
        _logits ??= runner.CreateLogits(Math.Min(RowsAtOnce, runner.MaxSequences));

        while (scores.Next < end)
        {
            var count = Math.Min(_logits.Count, end - scores.Next);
            runner.ReadMore(slice, scores.Next - computed.Start, count, _logits);
            Judge(scores, prompt, count);
        }

        return true;
    }

    public void Dispose() => _logits?.Dispose();

    private void Judge(PromptScores scores, ReadOnlySpan<int> prompt, int count)
    {
        var top = _top.AsSpan(0, scores.Alternatives);
        var first = scores.Next + 1;

        for (var i = 0; i < count && scores.Problem is null; i++)
        {
            if (Sampler.TryScore(_logits!.Row(i), prompt[first + i], top, out var scored))
            {
                scores.Add(_wire.Of(scored, top));
            }
            else
            {
                scores.Fail(TokenStation.NotFinite);
            }
        }
    }
}
