using LoraFaaS.Engine.Sampling;

namespace LoraFaaS.Sandbox.Tests.Sampling;

/// <summary>The sampler as one would write it first: doubles, a full sort, no shortcuts.</summary>
internal static class NaiveSampler
{
    public static float[] Penalised(float[] logits, SamplingParameters parameters, IReadOnlyList<int> prompt, IReadOnlyList<int> generated)
    {
        var result = (float[])logits.Clone();

        foreach (var bias in parameters.LogitBias)
        {
            result[bias.Token] += bias.Bias;
        }

        foreach (var token in prompt.Concat(generated).Distinct())
        {
            result[token] = result[token] > 0 ? result[token] / parameters.RepetitionPenalty : result[token] * parameters.RepetitionPenalty;
        }

        foreach (var group in generated.GroupBy(token => token))
        {
            result[group.Key] -= parameters.PresencePenalty + (parameters.FrequencyPenalty * group.Count());
        }

        return result;
    }

    /// <summary>The distribution the draw is made from, by token.</summary>
    public static double[] Distribution(float[] logits, SamplingParameters parameters)
    {
        var max = logits.Max();
        var masses = logits.Select(logit => Math.Exp((logit - max) / (double)parameters.Temperature)).ToArray();
        var kept = Enumerable.Range(0, logits.Length)
            .Where(token => masses[token] > 0 && masses[token] >= parameters.MinP)
            .OrderByDescending(token => logits[token])
            .ThenBy(token => token)
            .ToList();

        if (parameters.TopK > 0)
        {
            kept = kept.Take(parameters.TopK).ToList();
        }

        if (parameters.TopP < 1)
        {
            var target = parameters.TopP * kept.Sum(token => masses[token]);
            var sum = 0.0;
            var count = 0;

            while (count < kept.Count && (count == 0 || sum < target))
            {
                sum += masses[kept[count++]];
            }

            kept = kept.Take(count).ToList();
        }

        var total = kept.Sum(token => masses[token]);
        var result = new double[logits.Length];
        kept.ForEach(token => result[token] = masses[token] / total);
        return result;
    }

    public static double Logprob(float[] logits, int token)
    {
        var max = logits.Max();
        return logits[token] - max - Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
    }
}
