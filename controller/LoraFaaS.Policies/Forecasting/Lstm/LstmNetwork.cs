namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>A trained network, frozen: any number of predictors may read it.</summary>
public sealed class LstmNetwork
{
    internal LstmNetwork(LstmParameters parameters, long updates)
    {
        Parameters = parameters;
        Updates = updates;
    }

    public LstmShape Shape => Parameters.Shape;

    /// <summary>How many updates it has learned from.</summary>
    public long Updates { get; }

    internal LstmParameters Parameters { get; }

    /// <summary>An untrained one.</summary>
    public static LstmNetwork New(LstmShape shape, int seed) => new(LstmParameters.Random(shape, new Random(seed)), 0);
}
