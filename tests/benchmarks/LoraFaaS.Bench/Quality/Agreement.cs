namespace LoraFaaS.Bench.Quality;

/// <summary>How two engines' logits compare over the same places of the same texts.</summary>
internal sealed class Agreement
{
    private double _loss;
    private double _referenceLoss;
    private long _same;
    private double _furthest;

    public long Places { get; private set; }

    /// <summary>Share of places at which both find the same token likeliest.</summary>
    public double SameTop => (double)_same / Places;

    public double Perplexity => Math.Exp(_loss / Places);

    public double ReferencePerplexity => Math.Exp(_referenceLoss / Places);

    /// <summary>Where the likeliest tokens differ: the largest lead, in the reference's logits, of the token given up.</summary>
    public double LargestLeadLost => _furthest;

    /// <param name="next">The token that the text goes on with.</param>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> logits, int next)
    {
        Places++;
        _referenceLoss += Loss(reference, next);
        _loss += Loss(logits, next);
        var (expected, found) = (Top(reference), Top(logits));
        if (expected == found)
        {
            _same++;
        }
        else
        {
            _furthest = Math.Max(_furthest, reference[expected] - reference[found]);
        }
    }

    public void Add(Agreement other)
    {
        Places += other.Places;
        _same += other._same;
        _loss += other._loss;
        _referenceLoss += other._referenceLoss;
        _furthest = Math.Max(_furthest, other._furthest);
    }

    private static double Loss(ReadOnlySpan<float> logits, int token)
    {
        var highest = System.Numerics.Tensors.TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - highest);
        }

        return Math.Log(sum) + highest - logits[token];
    }

    private static int Top(ReadOnlySpan<float> logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
}
