namespace LoraFaaS.Bench.Synthesis;

/// <summary>A tensor to be written: ones for a norm, else normal with a standard deviation of 0.02.</summary>
internal sealed record SyntheticTensor(string Name, bool IsNorm, params int[] Shape)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
