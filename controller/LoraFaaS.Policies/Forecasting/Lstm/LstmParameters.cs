namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>All learned numbers of a network in one row, so that gradients, moments and checkpoints have the same form.</summary>
internal sealed class LstmParameters
{
    public LstmParameters(LstmShape shape)
        : this(shape, new float[shape.Parameters])
    {
    }

    public LstmParameters(LstmShape shape, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, shape.Parameters);
        Shape = shape;
        Values = values;
    }

    public LstmShape Shape { get; }

    public float[] Values { get; }

    /// <summary>[functions × embedding]</summary>
    public Span<float> Embeddings => Values.AsSpan(0, Shape.Embeddings);

    /// <summary>[inputs + hidden × 4 hidden]: gates in the order input, forget, cell, output.</summary>
    public Span<float> Lower => Values.AsSpan(Shape.Embeddings, Shape.Lower);

    /// <summary>[2 hidden × 4 hidden]</summary>
    public Span<float> Upper => Values.AsSpan(Shape.Embeddings + Shape.Lower, Shape.Upper);

    /// <summary>[hidden + features × outputs]</summary>
    public Span<float> Heads => Values.AsSpan(Shape.Embeddings + Shape.Lower + Shape.Upper, Shape.Heads);

    public Span<float> LowerBias => Biases[..(4 * Shape.Hidden)];

    public Span<float> UpperBias => Biases.Slice(4 * Shape.Hidden, 4 * Shape.Hidden);

    public Span<float> HeadBias => Biases[(8 * Shape.Hidden)..];

    private Span<float> Biases => Values.AsSpan(Shape.Embeddings + Shape.Lower + Shape.Upper + Shape.Heads);

    /// <summary>Uniform by fan-in, forget gates open, heads silent.</summary>
    public static LstmParameters Random(LstmShape shape, Random random)
    {
        shape.Check();
        var parameters = new LstmParameters(shape);
        Fill(parameters.Lower, shape.Inputs + shape.Hidden, random);
        Fill(parameters.Upper, 2 * shape.Hidden, random);
        parameters.LowerBias.Slice(shape.Hidden, shape.Hidden).Fill(1);
        parameters.UpperBias.Slice(shape.Hidden, shape.Hidden).Fill(1);
        ForecastHeads.Start(parameters.HeadBias);
        return parameters;
    }

    private static void Fill(Span<float> weights, int fanIn, Random random)
    {
        var bound = 1 / Math.Sqrt(fanIn);

        foreach (ref var weight in weights)
        {
            weight = (float)((2 * random.NextDouble() - 1) * bound);
        }
    }
}
