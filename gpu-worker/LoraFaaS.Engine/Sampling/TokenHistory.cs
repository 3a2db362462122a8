using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Sampling;

/// <summary>
/// Which tokens a sequence has, sparsely (a vocabulary of 150 000 would cost 600 kB a sequence otherwise). Repetition counts prompt and
/// answer; presence and frequency count the answer alone, as OpenAI defines them.
/// </summary>
internal sealed class TokenHistory(int capacity)
{
    private readonly Dictionary<int, int> _generated = new(capacity);

    public void AddPrompt(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _ = CollectionsMarshal.GetValueRefOrAddDefault(_generated, token, out _);
        }
    }

    public void AddGenerated(int token) => CollectionsMarshal.GetValueRefOrAddDefault(_generated, token, out _)++;

    public void Penalise(Span<float> logits, SamplingParameters parameters)
    {
        foreach (var (token, times) in _generated)
        {
            ref var logit = ref logits[token];
            logit = logit > 0f ? logit / parameters.RepetitionPenalty : logit * parameters.RepetitionPenalty;

            if (times > 0)
            {
                logit -= parameters.PresencePenalty + (parameters.FrequencyPenalty * times);
            }
        }
    }
}
