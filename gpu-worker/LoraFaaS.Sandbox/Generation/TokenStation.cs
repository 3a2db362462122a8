using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Sandbox.Prompts;
using EngineLogprob = LoraFaaS.Engine.Sampling.TokenLogprob;
using FinishReason = LoraFaaS.Engine.Generation.FinishReason;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>From a row of logits to the sequence's next token: sample, append, extend the text, decide whether it ends.</summary>
internal sealed class TokenStation(TextSide text, int vocabularySize)
{
    /// <summary>OpenAI's limit is 20; a few more cost nothing.</summary>
    public const int MaxTopLogprobs = 32;

    public static readonly Problem NotFinite = new(ErrorCode.Internal, "The logits are not finite: the backbone's or the adapter's weights do not compute.");

    private readonly Sampler _sampler = new(vocabularySize);
    private readonly EngineLogprob[] _top = new EngineLogprob[MaxTopLogprobs];
    private readonly LogprobWriter _wire = new(text);

    /// <summary>Chooses and takes in one token. Not <see cref="SamplingStatus.Sampled"/>: the sequence cannot go on.</summary>
    public SamplingStatus Extend(LiveSequence sequence, Span<float> logits, out FinishReason? finish)
    {
        var generation = sequence.Generation;
        var top = _top.AsSpan(0, generation.Sampling.Parameters.TopLogprobs ?? 0);
        var status = _sampler.Sample(logits, generation.Sampling, top, out var chosen);
        finish = null;

        if (status is SamplingStatus.Sampled)
        {
            sequence.Times.Token();
            sequence.Pending.Add(chosen.Token, generation.Sampling.Parameters.TopLogprobs is null ? null : _wire.Of(chosen, top));
            finish = generation.Take(chosen.Token, sequence.Pending.Text);
        }

        return status;
    }

    public static Problem Explain(SamplingStatus status, LiveSequence sequence) => status switch
    {
        SamplingStatus.NotFinite => NotFinite,
        SamplingStatus.NothingAllowed when sequence.Generation.Grammar is not null =>
            new Problem(ErrorCode.InvalidRequest, "Together with logit_bias it leaves no token, or it has too many possibilities open.", "response_format"),
        SamplingStatus.NothingAllowed => new Problem(ErrorCode.InvalidRequest, "It forbids every token.", "logit_bias"),
        SamplingStatus.Sampled => throw new ArgumentOutOfRangeException(nameof(status)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
